/**
 * The server program behind the balancers: the services and the page of the example's test server,
 * the records that tests read, and commands to drain and to close.
 *
 * `--jsessionid` sets that cookie. `--witness ADDRESS` answers the page's questions about sessions,
 * which may be in another process.
 *
 * @module
 */

import process from "node:process";
import { parseArgs } from "node:util";
import { addressOf, endOnSignals, serveFetch, servesFetch } from "../../examples/serve.ts";
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
    jsessionid: { type: "boolean", default: false },
    witness: { type: "string", default: "" },
  },
});
const recorder = new Recorder();
const services = createServices((options) => {
  const server = createServer(options);
  recorder.watch(String(options.prefix), server);
  return server;
}, { serveClient: client, jsessionid: values.jsessionid });

services.add({ prefix: "/command" }, obey);
services.add({ prefix: "/address" }, (connection) => {
  connection.write(String(connection.remoteAddress));
});
addSmokePage(services, new Witness());
const page = services.other;
services.other = (request) => {
  const { pathname, search } = new URL(request.url);
  if (pathname.startsWith("/recorded/")) return recorder.respond(new URL(request.url));
  if (pathname.startsWith("/witness/")) {
    return Response.redirect(values.witness + pathname + search);
  }
  if (pathname === "/close") return close();
  return page(request);
};

endOnSignals();
console.log(addressOf(await listen(Number(values.port))));

async function listen(port: number): Promise<number> {
  if (servesFetch) return await serveFetch(port, services.handler, services.first.websocket);
  return await (await import("../../examples/serve_node.ts")).serveNode(port, services.servers);
}

/** Closes all services, and ends the process a little later. */
function close(): Response {
  Promise.all(services.servers.map((server) => server.close({ spread: 200 })))
    .then(() => process.exit(0));
  return new Response("Closing");
}
