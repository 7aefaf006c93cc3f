/** A module for `deno serve` and `bun run`, whose default export is a server. */

import { createServer } from "../../mod.ts";

const echo = createServer({ prefix: "/echo" });
echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

// `hostname` is for Bun, which reads it here.
export default Object.assign(echo, { hostname: "127.0.0.1" });
