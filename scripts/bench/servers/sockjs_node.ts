/**
 * The npm package `sockjs` with default options, except for its log, which prints a line per
 * request.
 *
 * @module
 */

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import sockjs from "sockjs";
import { hostname } from "../../../examples/serve.ts";
import { announce } from "./start.ts";

/** What is used of a connection. */
interface Connection {
  on(event: "data", listener: (message: string) => void): void;
  on(event: "close", listener: () => void): void;
  write(message: string): void;
}

/** What is used of a service. */
interface Service {
  on(event: "connection", listener: (connection: Connection) => void): void;
  installHandlers(server: Server, options: { prefix: string }): void;
}

/** What is used of the package, which has no types. */
const { createServer: createService }: {
  createServer(options: { log: () => void }): Service;
} = sockjs;

const echo = createService({ log: () => {} });
echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

const broadcast = createService({ log: () => {} });
const everyone = new Set<Connection>();
broadcast.on("connection", (connection) => {
  everyone.add(connection);
  connection.on("close", () => everyone.delete(connection));
  connection.on("data", (message) => {
    for (const each of everyone) each.write(message);
  });
});

const server = createServer();
broadcast.installHandlers(server, { prefix: "/broadcast" });
echo.installHandlers(server, { prefix: "/echo" });
server.listen(0, hostname, () => announce((server.address() as AddressInfo).port));
