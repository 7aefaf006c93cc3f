/** Applications that put an `emit` of their own in the place of Node's. */

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { type Connection, createServer, type Server } from "../../../src/adapters/sockjs_node.ts";
import { Arrivals, type Cases, CaseSite, failures, runCases } from "../case_site.ts";

type Emit = (this: EventEmitter, event: string, ...args: unknown[]) => boolean;
const replace = (emitter: object, emit: Emit) => Object.assign(emitter, { emit });
/** Puts another in its place, which calls the one that was there. */
function wrap(emitter: object, note: (event: string) => void = () => {}): void {
  const { emit } = emitter as { emit: Emit };
  replace(emitter, function (event, ...args) {
    note(event);
    return emit.call(this, event, ...args);
  });
}
const paths = ["/echo/0/0/websocket", "/echo/websocket"];

const isBun = "Bun" in globalThis;

/** A server whose application prepares each connection. */
async function open(prepare: (connection: Connection) => void, server: Server = createServer()) {
  const errors = new Arrivals<unknown>();
  const site = await CaseSite.open((http) => {
    server.on("error", errors.add);
    server.on("connection", prepare);
    server.installHandlers(http, { prefix: "/echo" });
  });
  return { site, errors, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

export const cases: Cases = {
  "a connection's own emit gets all of its events, in order": async () => {
    const events = new Arrivals<string>();
    await using server = await open((connection) => {
      replace(connection, (event, ...args) => {
        if (event === "newListener") return false;
        const texts = args.map((arg) => typeof arg === "string" ? arg : typeof arg);
        events.add([event, ...texts].join(" "));
        return true;
      });
    });
    const next = async (count: number) => {
      const found: string[] = [];
      while (found.length < count) found.push(await events.next());
      return found;
    };
    for (const path of paths) {
      const socket = await server.site.connect(path);
      socket.send('["one"]');
      assert.match(String(await next(1)), /^data .*one/);
      socket.close();
      assert.deepEqual(await next(2), ["end", "close object"]);
    }
    await server.site.poll();
    await server.site.send(["one", "two"]);
    assert.deepEqual(await next(2), ["data one", "data two"]);
  },

  "an emit that was replaced for all emitters gets the events": async () => {
    // There, emitters have one each; see `emit.ts`.
    if (isBun) return;
    const prototype = EventEmitter.prototype as unknown as { emit: Emit };
    const { emit } = prototype;
    const events: string[] = [];
    prototype.emit = function (event, ...args) {
      const isOurs = String(this).startsWith("<SockJS") || "installHandlers" in this;
      if (isOurs && event !== "newListener") events.push(event);
      return emit.call(this, event, ...args);
    };
    try {
      const ended = new Arrivals<void>();
      await using server = await open((connection) => {
        connection.on("data", () => connection.close());
        connection.on("close", () => ended.add());
      });
      (await server.site.connect()).send('"one"');
      await ended.next();
    } finally {
      prototype.emit = emit;
    }
    assert.deepEqual(events, ["connection", "data", "end", "close"]);
  },

  "a server's own emit gets connection and error": async () => {
    const events: string[] = [];
    const server = createServer();
    wrap(server, (event) => events.push(event));
    events.length = 0;
    await using opened = await open((connection) => {
      connection.on("data", failures["throws"]!);
    }, server);
    const socket = await opened.site.connect();
    socket.send('"one"');
    await opened.errors.next();
    assert.deepEqual(
      events.filter((event) => event !== "newListener"),
      ["connection", "error"],
    );
  },

  "a server's own emit that fails closes the connection that it was called for": async () => {
    for (const fail of Object.values(failures)) {
      const server = createServer();
      const { emit } = server as unknown as { emit: Emit };
      replace(server, function (event, ...args) {
        if (event !== "connection") return emit.call(this, event, ...args);
        return fail() as boolean;
      });
      await using opened = await open(() => {}, server);
      const socket = await opened.site.connect();
      assert.equal(await socket.receive(), "o");
      assert.equal(await socket.receive(), 'c[1011,"Internal error"]');
      assert.match(String(await opened.errors.next()), /failed/);
    }
  },

  "a connection's own emit that fails closes it": async () => {
    for (const fail of Object.values(failures)) {
      await using server = await open((connection) => {
        replace(connection, (event) => event === "data" ? fail() as boolean : true);
      });
      const socket = await server.site.connect();
      assert.equal(await socket.receive(), "o");
      socket.send('"one"');
      assert.equal(await socket.receive(), 'c[1011,"Internal error"]');
      assert.match(String(await server.errors.next()), /failed/);
    }
  },

  "a listener that fails below the application's own emit closes the connection": async () => {
    for (const fail of Object.values(failures)) {
      await using server = await open((connection) => {
        wrap(connection);
        connection.on("data", fail);
      });
      const socket = await server.site.connect();
      assert.equal(await socket.receive(), "o");
      socket.send('"one"');
      assert.equal(await socket.receive(), 'c[1011,"Internal error"]');
      assert.match(String(await server.errors.next()), /failed/);
    }
  },

  "a listener for connection that rejects below the server's own emit closes it": async () => {
    const server = createServer();
    wrap(server);
    await using opened = await open(() => failures["rejects"]!(), server);
    const socket = await opened.site.connect();
    assert.equal(await socket.receive(), "o");
    assert.equal(await socket.receive(), 'c[1011,"Internal error"]');
    assert.match(String(await opened.errors.next()), /failed/);
  },

  "a listener for connection that rejects closes it where the emit passes another object on":
    async () => {
      const others = [(one: object) => Object.create(one), (one: object) => new Proxy(one, {})];
      for (const other of others) {
        const server = createServer();
        const { emit } = server as unknown as { emit: Emit };
        replace(server, function (event, ...args) {
          const isConnection = event === "connection";
          return emit.call(this, event, ...(isConnection ? [other(args[0] as object)] : args));
        });
        await using opened = await open(() => failures["rejects"]!(), server);
        const socket = await opened.site.connect();
        assert.equal(await socket.receive(), "o");
        assert.equal(await socket.receive(), 'c[1011,"Internal error"]');
        assert.match(String(await opened.errors.next()), /failed/);
      }
    },

  "a listener for error that rejects below the server's own emit is logged": async () => {
    // Its `emit` notices no rejections of listeners for `error`.
    if (isBun) return;
    const log = new Arrivals<string>();
    const server = createServer({ log: (severity, line) => severity === "error" && log.add(line) });
    wrap(server);
    await using opened = await open((connection) => {
      connection.on("data", failures["throws"]!);
    }, server);
    server.on("error", () => Promise.reject(new Error("from the listener for error")));
    (await opened.site.connect()).send('"one"');
    assert.match(await log.next(), /from the listener for error/);
  },

  "events that the application emits itself reach its listeners, as in Node": async () => {
    const events: unknown[] = [];
    const opened = new Arrivals<Connection>();
    await using server = await open((connection) => {
      for (const event of ["data", "close"] as const) {
        connection.on(event, (...args: unknown[]) => events.push([event, ...args]));
      }
      opened.add(connection);
    });
    await server.site.connect();
    const connection = await opened.next() as unknown as EventEmitter;
    assert.equal(connection.emit("data", "one", 2), true);
    assert.equal(connection.emit("close"), true);
    assert.equal(connection.emit("unheard"), false);
    assert.throws(() => connection.emit("error", new Error("thrown")), /thrown/);
    assert.deepEqual(events, [["data", "one", 2], ["close"]]);
    assert.equal((connection as unknown as Connection).readyState, 1);
  },
};

await runCases(cases);
