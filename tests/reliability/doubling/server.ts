/**
 * A server that reports how much work its input caused.
 *
 * @module
 */

import { readArguments, serve } from "../../../examples/test_server/serve.ts";
import { Services } from "../../../examples/test_server/services.ts";
import { type Connection, createServer } from "../../../mod.ts";
import { heap } from "../../support/heap.ts";
import { countMessage, install, read } from "./meter.ts";

const services = new Services((options) =>
  createServer({ ...options, log: () => {}, subprotocols: ["mqtt", "b"] })
);

/** Reports the last message of an input, and echoes those that begin with `echo`. */
function take(connection: Connection, message: string): void {
  countMessage();
  if (message === "last") connection.write("received");
  else if (message.startsWith("echo")) connection.write(message);
}

/** The ways to read messages. */
const ways: Readonly<Record<string, (connection: Connection) => unknown>> = {
  listener: (connection) => connection.on("data", (message) => take(connection, message)),
  async loop(connection) {
    for await (const message of connection) take(connection, message);
  },
  stream: (connection) =>
    connection.stream().readable.pipeTo(
      new WritableStream({ write: (message) => take(connection, message) }),
    ),
  pipe: (connection) =>
    connection.pipe({
      write: (message: string) => (take(connection, message), true),
      end() {},
    }),
  // These applications are not ready when the first messages come.
  pause(connection) {
    connection.pause();
    connection.on("data", (message) => take(connection, message));
    setTimeout(() => connection.resume(), 100);
  },
  late: (connection) =>
    setTimeout(() => connection.on("data", (message) => take(connection, message)), 100),
  never: (connection) => connection.pause(),
};

services.add({ prefix: "/echo" }, ways["listener"]!);
for (const [way, read] of Object.entries(ways)) {
  services.add({ prefix: `/${way}`, jsessionid: true }, read);
}
services.other = ({ url }) =>
  url.endsWith("/meter")
    ? Response.json(read())
    : url.endsWith("/heap")
    ? Response.json(heap())
    : new Response(null, { status: 404 });

const address = await serve(readArguments(0), services);
install();
console.log(address);
