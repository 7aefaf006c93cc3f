/** Next.js with a custom server. It listens for upgrades from its first request on. */

import http from "node:http";
import next from "next";
import { installHandlers } from "sockjs-web/node";
import { echo, inEitherOrder, listen } from "./program.mjs";

const app = next({ dev: false, dir: new URL("next", import.meta.url).pathname });
const handle = app.getRequestHandler();
await app.prepare();

const server = http.createServer((req, res) => handle(req, res));

await inEitherOrder({
  ours: () => installHandlers(echo, server),
  async theirs() {
    await listen(server);
    await (await fetch(`http://127.0.0.1:${server.address().port}`)).text();
  },
});
