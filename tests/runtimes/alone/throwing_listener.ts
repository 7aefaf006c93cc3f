/** Throws in the websocket listener that the command line names. */

import process from "node:process";
import { exchange } from "../http_client.ts";
import { serve } from "../serve.ts";
import { serveSockets } from "../serve_sockets.ts";
import { openSocket, textFrame } from "../websocket_client.ts";

const where = process.argv[2];
const throwIn = (listener: string) => () => {
  if (where === listener) throw new Error(`thrown in ${listener}`);
};

async function main(): Promise<void> {
  const other = serve(() => new Response());
  const sockets = serveSockets({ open: throwIn("open"), message: throwIn("message") });
  openSocket(sockets).then((client) => client.write(textFrame("a")));
  // Who answers all of these has survived.
  for (let i = 0; i < 20; i++) await exchange(other);
  process.exit(0);
}

// Not awaited: as long as the main module waits, Bun dies of nothing.
main();
