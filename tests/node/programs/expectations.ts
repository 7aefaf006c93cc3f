/** Services that refuse handshakes, on servers that handle `Expect` in different ways. */

import { createServer } from "node:http";
import { createServer as createSockJS } from "../../../mod.ts";
import { installHandlers } from "../../../src/adapters/node.ts";
import { serve } from "../../support/program_control.ts";

const secret = () =>
  new Response("for one client only", { status: 401, headers: { "Set-Cookie": "secret=1" } });

const sockjs = createSockJS({ prefix: "/echo", authorize: secret });
/** Its application takes some time to decide. */
const slow = createSockJS({
  prefix: "/slow",
  authorize: () => new Promise<Response>((resolve) => setTimeout(() => resolve(secret()), 10)),
});

/** Node answers some of what requests expect. */
const plain = createServer();
/** Here the application does, and always with a 200. */
const answeringServer = createServer();
for (const event of ["checkContinue", "checkExpectation"] as const) {
  answeringServer.on(event, (_req, res) => res.end("expected"));
}
/** Here the application passes them on. */
const handing = createServer();
for (const event of ["checkContinue", "checkExpectation"] as const) {
  handing.on(event, (req, res) => handing.emit("request", req, res));
}
/** Here it answers requests that cannot be parsed, and some before SockJS sees them. */
const first = createServer();
first.on("clientError", (_error, socket) => socket.end("HTTP/1.1 400 Bad\r\n\r\n"));

for (const server of [plain, answeringServer, handing, first]) {
  for (const each of [sockjs, slow]) installHandlers(each, server);
}
const [...listeners] = first.listeners("request");
first.removeAllListeners("request");
first.on("request", (req, res) => {
  if (req.headers["x-first"] !== undefined) res.end("first");
  else for (const listener of listeners) listener.call(first, req, res);
});

await serve({ plain, answering: answeringServer, handing, first });
