/**
 * The server program behind the balancers: the services and the page of the example's test server,
 * services for these tests alone, and the records that tests read. At SIGTERM it drains.
 *
 * - `--name` is what it calls itself.
 * - `--jsessionid` sets that cookie.
 * - `--witness ADDRESS` answers the page's questions about sessions, which may be in another process.
 * - `--base-url` is the base URL of the service `/process`.
 * - `--drain` and `--spread` are those of the examples' environment, in ms.
 *
 * @module
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { endGracefully } from "../../examples/end_on_signals.ts";
import { addressOf, type Listening, serveFetch, servesFetch } from "../../examples/serve.ts";
import { createServices } from "../../examples/test_server/services.ts";
import { addSmokePage } from "../../examples/test_server/smoke_page.ts";
import { Witness } from "../../examples/test_server/witness.ts";
import { createServer } from "../../mod.ts";
import { client } from "../../src/adapters/served_client.ts";
import { Recorder } from "../support/recorder.ts";
import { obey } from "../support/server_command.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    name: { type: "string", default: "" },
    jsessionid: { type: "boolean", default: false },
    witness: { type: "string", default: "" },
    "base-url": { type: "string" },
    drain: { type: "string", default: "0" },
    spread: { type: "string", default: "0" },
  },
});
const recorder = new Recorder();
const services = createServices((options) => {
  const server = createServer(options);
  recorder.watch(String(options.prefix), server);
  return server;
}, { serveClient: client, jsessionid: values.jsessionid, trustProxy: 1 });

services.add({ prefix: "/command" }, obey);
// Tells which process it is, and gives every message back.
services.add({ prefix: "/process", baseUrl: values["base-url"] }, (connection) => {
  connection.write(values.name);
  connection.on("data", (message) => connection.write(message));
});
// Both tell where their client is.
for (const proxyHeader of ["x-forwarded-for", "forwarded"] as const) {
  services.add({ prefix: `/address/${proxyHeader}`, proxyHeader }, (connection) => {
    connection.write(String(connection.remoteAddress));
  });
}
addSmokePage(services, new Witness());
const page = services.other;
services.other = (request) => {
  const url = new URL(request.url);
  if (url.pathname.startsWith("/recorded/")) return recorder.respond(url);
  if (url.pathname.startsWith("/witness/")) {
    return Response.redirect(values.witness + url.pathname + url.search);
  }
  return page(request);
};

const { port, stop } = await listen(Number(values.port));
process.env["DRAIN_MS"] = values.drain;
process.env["SPREAD_MS"] = values.spread;
endGracefully(services.servers, stop);
console.log(addressOf(port));

async function listen(port: number): Promise<Listening> {
  if (servesFetch) return await serveFetch(port, services.handler, services.first.websocket);
  return await (await import("../../examples/serve_node.ts")).serveNode(port, services.servers);
}
