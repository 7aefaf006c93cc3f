/**
 * A service with the default limits. Its clients say what it does with them.
 *
 * @module
 */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { endOnSignals } from "../../examples/end_on_signals.ts";
import { addressOf } from "../../examples/serve.ts";
import sockjs, { type Connection } from "../../src/adapters/sockjs_node.ts";

/** Bytes that are written at once. */
const much = 20_000_000;

/** Starts to read what was piped. */
let startReading = () => {};

const service = sockjs.createServer({ prefix: "/echo" });
service.on("connection", (connection) => {
  connection.on("data", (message) => {
    if (message === "one message") connection.write("x".repeat(much));
    else if (message === "many messages") {
      for (let sent = 0; sent < much; sent += 10_000) connection.write("x".repeat(10_000));
    } else if (message === "pipe") return pipe(connection);
    else return connection.write(`got ${message.length}`);
    connection.write("end");
  });
});

/** Pipes to a stream that takes next to nothing until `startReading`. */
function pipe(connection: Connection): void {
  connection.removeAllListeners("data");
  const slow = new PassThrough({ highWaterMark: 1 });
  connection.pipe(slow);
  connection.write("piping");
  startReading = () => {
    let length = 0;
    slow.on("data", (part: { length: number; toString(): string }) => {
      length += part.length;
      if (part.toString().endsWith("end")) connection.write(`piped ${length}`);
    });
  };
}

const server = createServer((_req, res) => {
  startReading();
  res.end();
});
service.installHandlers(server);
endOnSignals();
server.listen(0, "127.0.0.1", () => console.log(addressOf((server.address() as AddressInfo).port)));
