/**
 * A server that tells its clients what its log told it.
 *
 * @module
 */

import { readArguments } from "../../examples/test_server/serve.ts";
import { serveAt, serveFetch } from "../../examples/serve.ts";
import { createServer } from "../../mod.ts";

const lines: string[] = [];

const server = createServer({
  prefix: "/echo",
  origins: ["https://good.example"],
  maxMessageSize: 1000,
  log: (severity, line) => void lines.push(`${severity} ${line}`),
  fallback: () => Response.json(lines),
});

const { port, via } = readArguments(0);
const address = await serveAt(port, async (port) => {
  if (via !== "node") return await serveFetch(port, server.handler, server.websocket);
  return await (await import("../../examples/serve_node.ts")).serveNode(port, [server]);
});
console.log(address);
