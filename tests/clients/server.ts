/**
 * The server program for tests of other people's clients: the services of the example's test
 * server, services for these tests alone, and the records that tests read.
 *
 * @module
 */

import { readArguments, serve } from "../../examples/test_server/serve.ts";
import { createServices, echo } from "../../examples/test_server/services.ts";
import { type Connection, createServer } from "../../mod.ts";
import { obey } from "../support/server_command.ts";
import { Recorder } from "../support/recorder.ts";
import { RequestLog } from "./request_log.ts";

const recorder = new Recorder();
const requests = new RequestLog();
const services = createServices((options) => {
  const server = createServer(options);
  requests.watch(server);
  recorder.watch(String(options.prefix), server);
  return server;
});
let address = "";

services.add({ prefix: "/command" }, obey);
services.add({ prefix: "/bursts" }, sendBursts);
services.add({ prefix: "/polling_only", transports: ["xhr-polling"] }, echo);
// What `info` promises of these two services holds elsewhere.
services.add({ prefix: "/moved", baseUrl: () => `${address}/echo` }, echo);
services.add({
  prefix: "/promises_websocket",
  baseUrl: () => `${address}/disabled_websocket_echo`,
}, echo);

services.other = (request) => {
  const url = new URL(request.url);
  return url.pathname === "/requests" ? requests.respond(url) : recorder.respond(url);
};
address = await serve(readArguments(0), services);
console.log(address);

/**
 * Writes as many numbers as it is asked for, in bursts of a hundred, each in a
 * turn of its own: clients that poll are sometimes there and sometimes not.
 */
function sendBursts(connection: Connection): void {
  connection.on("data", (message) => {
    const count = Number(message);
    let next = 0;
    const timer = setInterval(() => {
      for (let i = 0; i < 100 && next < count; i++) {
        connection.write(`${next++}`);
      }
      if (next === count) clearInterval(timer);
    }, 1);
    connection.on("close", () => clearInterval(timer));
  });
}
