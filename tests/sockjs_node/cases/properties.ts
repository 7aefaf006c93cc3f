/** What connections show of their clients, as properties that the application may write. */

import assert from "node:assert/strict";
import { createServer as createHttpServer, type IncomingMessage } from "node:http";
import {
  type Connection,
  createServer,
  type ServerOptions,
} from "../../../src/adapters/sockjs_node.ts";
import { Arrivals, type Cases, CaseSite, runCases } from "../case_site.ts";

const documented = [
  ...["id", "headers", "prefix", "remoteAddress", "remotePort", "address", "url", "pathname"],
  "protocol",
];
const paths = ["/echo/0/0/websocket", "/echo/websocket"];

/** A server, and the connections that its clients open. */
async function open(
  prepare: (connection: Connection) => void = () => {},
  options: ServerOptions = {},
) {
  const opened = new Arrivals<Connection>();
  const errors: unknown[] = [];
  const site = await CaseSite.open((http) => {
    const server = createServer({ prefix: "/echo", ...options });
    server.on("error", (error) => errors.push(error));
    server.on("connection", (connection) => {
      prepare(connection);
      connection.on("data", (message) => connection.write(message));
      opened.add(connection);
    });
    server.installHandlers(http);
  });
  return { site, opened, errors, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

/** Puts an object of its own among the headers before SockJS sees a request, as Primus does. */
function addObject(site: CaseSite, object: object): void {
  const add = (req: IncomingMessage) => {
    Object.assign(req.headers, { via: object });
  };
  for (const event of ["request", "upgrade"]) {
    const listeners = site.http.rawListeners(event);
    site.http.removeAllListeners(event);
    site.http.on(event, (req: IncomingMessage, ...args: unknown[]) => {
      add(req);
      for (const listener of listeners) listener.call(site.http, req, ...args);
    });
  }
}

export const cases: Cases = {
  "the documented properties are a connection's own, enumerable and writable": async () => {
    await using server = await open();
    const { site, opened } = server;
    await site.poll();
    for (const path of paths) await site.connect(path);
    for (let i = 0; i < 3; i++) {
      const connection = await opened.next() as Connection & Record<string, unknown>;
      const copy: Record<string, unknown> = { ...connection };
      for (const name of documented) {
        assert.equal(copy[name], connection[name], name);
        assert.notEqual(copy[name], undefined, name);
        connection[name] = "assigned";
        assert.equal(connection[name], "assigned", name);
      }
    }
  },

  "a connection shows its last receiving request, in the place of what was assigned": async () => {
    await using server = await open();
    const { site, opened } = server;
    await site.poll({ "X-Real-IP": "192.0.2.1", "Cookie": "a=b", "User-Agent": "first" });
    const connection = await opened.next();
    assert.deepEqual(connection.headers, {
      host: connection.headers["host"],
      "x-real-ip": "192.0.2.1",
      "user-agent": "first",
    });
    const { headers } = connection;
    headers["host"] = "assigned";
    for (const name of documented) Object.assign(connection, { [name]: "assigned" });
    connection.write("one");
    assert.equal(await site.poll({ Origin: "http://origin" }, "?t=1"), 'a["one"]');
    assert.equal(connection.id, "assigned");
    assert.equal(connection.prefix, "assigned");
    assert.equal(connection.url, "/echo/server/session/xhr?t=1");
    assert.equal(connection.pathname, "/echo/server/session/xhr");
    assert.equal(connection.protocol, "xhr-polling");
    assert.equal(connection.remoteAddress, "127.0.0.1");
    assert.equal(typeof connection.remotePort, "number");
    assert.deepEqual(connection.address, {
      address: "127.0.0.1",
      family: "IPv4",
      port: site.port,
    });
    assert.notEqual(connection.headers, headers);
    assert.equal(connection.headers["origin"], "http://origin");
    assert.equal(connection.headers["x-real-ip"], undefined);
  },

  "behind a trusted proxy, the address and port are the client's, on every transport": async () => {
    await using server = await open(undefined, { trustProxy: ["loopback"] });
    const { site, opened } = server;
    const headers = { "X-Forwarded-For": "6.6.6.6, 192.0.2.7:80" };
    await site.poll(headers);
    for (const path of paths) await site.connect(path, headers);
    const connections = [await opened.next(), await opened.next(), await opened.next()];
    for (const { remoteAddress, remotePort, headers: shown } of connections) {
      assert.deepEqual([remoteAddress, remotePort], ["192.0.2.7", 80]);
      assert.equal(shown["x-forwarded-for"], headers["X-Forwarded-For"]);
    }
    const [polling] = connections;
    polling!.write("one");
    await site.poll({ "X-Forwarded-For": "192.0.2.8" });
    // The port of the request before is not that of this one.
    assert.deepEqual([polling!.remoteAddress, polling!.remotePort], ["192.0.2.8", undefined]);
    assert.deepEqual(server.errors, []);
  },

  "without trustProxy, and with another's address, forged headers have no effect": async () => {
    for (const options of [{}, { trustProxy: ["192.0.2.0/24"] }, { trustProxy: null as never }]) {
      await using server = await open(undefined, options);
      await server.site.poll({ "X-Forwarded-For": "6.6.6.6", "Forwarded": "for=6.6.6.6" });
      const { remoteAddress, remotePort } = await server.opened.next();
      assert.deepEqual([remoteAddress, typeof remotePort], ["127.0.0.1", "number"]);
    }
  },

  "trustProxy: true is refused": async () => {
    await Promise.resolve();
    const server = createServer({ prefix: "/echo", trustProxy: true as never });
    assert.throws(() => server.installHandlers(createHttpServer()), /any client could forge/);
  },

  "an object that other code has put among the headers is shown as it is": async () => {
    await using server = await open((connection) => connection.write("written"));
    const { site, opened } = server;
    const object = { all: "headers" };
    addObject(site, object);
    // Long heads are not kept elsewhere.
    const headers = { Cookie: "a=".padEnd(4000, "b") };
    await site.poll(headers);
    for (const path of paths) await site.connect(path, headers);
    site.request("/echo/server/stream/xhr_streaming", { method: "POST", headers }).catch(() => {});
    for (let i = 0; i < 4; i++) {
      const connection = await opened.next();
      assert.equal(connection.headers["via"] as unknown, object, connection.protocol);
      connection.headers["via"] = null as never;
    }
    assert.deepEqual(server.errors, []);
  },

  "other properties can be assigned, and the connection goes on": async () => {
    await using server = await open((connection) => {
      const others = { closed: true, destroyed: true, subprotocol: "assigned" };
      Object.assign(connection, others);
      assert.deepEqual({ ...connection, ...others }, { ...connection });
    });
    const { site, opened } = server;
    for (const path of paths) {
      const socket = await site.connect(path);
      if (path === paths[0]) assert.equal(await socket.receive(), "o");
      const connection = await opened.next();
      const ended = new Arrivals<string>();
      connection.on("end", () => ended.add("end"));
      connection.on("close", () => ended.add("close"));
      socket.send('["one"]');
      assert.match(await socket.receive(), /one/);
      socket.close();
      assert.deepEqual([await ended.next(), await ended.next()], ["end", "close"]);
    }
    assert.deepEqual(server.errors, []);
  },

  "readable, writable and readyState cannot be assigned": async () => {
    await using server = await open();
    await server.site.poll();
    const connection = await server.opened.next();
    for (const name of ["readable", "writable", "readyState"]) {
      assert.throws(() => Object.assign(connection, { [name]: 7 }), TypeError, name);
    }
    assert.equal(connection.readyState, 1);
  },

  "what the application has made a getter stays, and the connection goes on": async () => {
    await using server = await open((connection) => {
      Object.defineProperty(connection, "remoteAddress", { get: () => "192.0.2.1" });
    });
    const { site, opened } = server;
    await site.poll();
    const connection = await opened.next();
    connection.write("one");
    assert.equal(await site.poll({}, "?second"), 'a["one"]');
    assert.equal(connection.remoteAddress, "192.0.2.1");
    assert.match(connection.url, /second$/);
    assert.deepEqual(server.errors, []);
  },

  "methods do the same under other names": async () => {
    await using server = await open((connection) => {
      connection.send = connection.write;
      Object.assign(connection, { terminate: connection.close });
      connection.write = connection.send;
    });
    const socket = await server.site.connect();
    const connection = await server.opened.next() as Connection & { terminate(): void };
    connection.send("one");
    assert.deepEqual([await socket.receive(), await socket.receive()], ["o", 'a["one"]']);
    connection.terminate();
    assert.equal(await socket.receive(), 'c[1000,"Normal closure"]');
    assert.equal(await socket.closed, 1000);
  },
};

await runCases(cases);
