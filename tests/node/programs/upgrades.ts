/** Services that refuse most upgrades. */

import { createServer } from "node:http";
import process from "node:process";
import { createServer as createSockJS } from "../../../mod.ts";
import { installHandlers } from "../../../src/adapters/node.ts";
import { serve } from "../../support/program_control.ts";

const echo = createSockJS({ prefix: "/echo", disconnectDelay: 200 });
echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});
const guarded = createSockJS({
  prefix: "/guarded",
  authorize: () => new Response("refused", { status: 401 }),
});
const off = createSockJS({ prefix: "/off", websocket: false, disconnectDelay: 200 });

/** Without any other listener. */
const alone = createServer();
/** Where the application answers upgrades as requests. */
const beside = createServer((_req, res) => res.end("application"));
for (const server of [alone, beside]) {
  for (const sockjs of [echo, off, guarded]) installHandlers(sockjs, server);
}

await serve({ alone, beside }, {
  /** What is open: connections, and whatever keeps the process alive, but for timers. */
  open: () => ({
    connections: echo.connections.size + off.connections.size,
    resources: process.getActiveResourcesInfo?.()
      .filter((each) => each !== "Timeout" && each !== "Immediate").length ?? 0,
  }),
});
