/**
 * The part that all programs of this folder share: an echo service, and the way in which the test
 * starts and stops them.
 */

import process from "node:process";
import { createServer } from "sockjs-web";

export const echo = createServer({ prefix: "/echo" });
echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

/** Does both; what is ours comes first or last, as the test says. */
export async function inEitherOrder({ ours, theirs }) {
  const steps = process.argv.includes("last") ? [theirs, ours] : [ours, theirs];
  for (const step of steps) await step();
}

/** Listens on any port that is free. */
export async function listen(server) {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  tellAddress(server);
}

/** Reports the program's address to the test. */
export function tellAddress(server) {
  console.log(`http://127.0.0.1:${server.address().port}`);
}

process.on("SIGTERM", () => process.exit(0));
