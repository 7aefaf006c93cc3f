/**
 * TypeScript programs that are written for `@types/sockjs`.
 *
 * @module
 */

/** Programs by file name. All compile with `sockjs` itself. */
export const typedPrograms: Readonly<Record<string, string>> = {
  "namespace_import.ts": `
    import * as http from "http";
    import * as sockjs from "sockjs";
    const echo = sockjs.createServer({ prefix: "/echo" });
    echo.on("connection", (conn) => {
      conn.on("data", (message) => void conn.write(message.toUpperCase()));
      conn.on("close", () => {});
    });
    const server = http.createServer();
    echo.installHandlers(server, { prefix: "/echo" });
    server.listen(9999, "0.0.0.0");
  `,
  "default_import.ts": `
    import { createServer } from "node:http";
    import sockjs from "sockjs";
    const service: sockjs.Server = sockjs.createServer();
    service.installHandlers(createServer());
    // @ts-expect-error: it would be allowed if there were no types.
    sockjs.createServer(1);
  `,
  "named_imports.ts": `
    import { type Connection, createServer, type ServerOptions } from "sockjs";
    const options: ServerOptions = {
      sockjs_url: "https://example.com/sockjs.min.js",
      response_limit: 131072,
      websocket: false,
      jsessionid: true,
      log: (severity, message) => console.log(severity.length, message.length),
      heartbeat_delay: 25000,
      disconnect_delay: 5000,
    };
    const connections: Connection[] = [];
    createServer(options).on("connection", (conn: Connection) => connections.push(conn));
  `,
  "import_require.cts": `
    import https = require("https");
    import sockjs = require("sockjs");
    sockjs.createServer().installHandlers(https.createServer() as never, {});
  `,
  "streams.ts": `
    import * as fs from "fs";
    import { PassThrough } from "stream";
    import * as sockjs from "sockjs";
    sockjs.createServer().on("connection", (conn: sockjs.Connection) => {
      const log: fs.WriteStream = conn.pipe(fs.createWriteStream("log"));
      fs.createReadStream("greeting").pipe(conn, { end: false });
      conn.pipe(new PassThrough()).pipe(conn);
      conn.on("close", () => log.end());
    });
  `,
  "stream_parameters.ts": `
    import * as readline from "readline";
    import { pipeline } from "stream";
    import { Connection, createServer } from "sockjs";
    function relay(one: NodeJS.ReadWriteStream, other: NodeJS.WritableStream): void {
      pipeline(one, other, () => {});
    }
    createServer().on("connection", (conn: Connection) => {
      relay(conn, process.stdout);
      readline.createInterface({ input: conn }).on("line", (line) => conn.write(line));
    });
  `,
  "properties.ts": `
    import * as sockjs from "sockjs";
    function describe(conn: sockjs.Connection): string {
      const { remoteAddress, remotePort, url, pathname, prefix, protocol, id } = conn;
      const agent: string | undefined = conn.headers["user-agent"];
      const words: string[] = [remoteAddress, url, pathname, prefix, protocol, id, agent ?? ""];
      if (conn.readyState === 1 && remotePort > 0) conn.close("1000", "Bye");
      else conn.destroy();
      return words.join(" ");
    }
    export { describe };
  `,
  "rooms.ts": `
    import type { Connection, Server } from "sockjs";
    export class Rooms {
      private readonly members = new Map<string, Set<Connection>>();
      constructor(private readonly server: Server) {
        this.server.on("connection", (conn: Connection) => this.join("lobby", conn));
      }
      join(room: string, conn: Connection): void {
        const members = this.members.get(room) ?? new Set();
        this.members.set(room, members.add(conn));
        conn.once("close", () => members.delete(conn));
      }
      say(room: string, text: string): void {
        for (const conn of this.members.get(room) ?? []) conn.write(text);
      }
    }
  `,
};

/** Programs for projects that have no types for `sockjs`. */
export const untypedPrograms: Readonly<Record<string, string>> = {
  "untyped.ts": `
    // @ts-expect-error: no types are found, as for sockjs itself.
    import * as sockjs from "sockjs";
    sockjs.createServer().anything();
  `,
};
