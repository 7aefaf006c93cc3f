/** A websocket service that reports the memory of its process. */

import { createServer } from "node:http";
import process from "node:process";
import { createServer as createSockJS } from "../../../mod.ts";
import { installHandlers } from "../../../src/adapters/node.ts";
import { heap } from "../../support/heap.ts";
import { serve } from "../../support/program_control.ts";

const sockjs = createSockJS({ prefix: "/echo", maxMessageSize: 1024 * 1024 });
sockjs.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(`${message.length}`));
});
const server = createServer();
installHandlers(sockjs, server);

await serve({ server }, {
  /** Bytes outside of the heap, when the garbage is out. */
  held: () => {
    heap();
    return process.memoryUsage().arrayBuffers;
  },
});
