/** Programs that use `connection._session` and `Session.prototype`, as they do in sockjs-node. */

import assert from "node:assert/strict";
import type { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type Connection, createServer } from "../../../../src/adapters/sockjs_node.ts";
import { Arrivals, type Cases, CaseSite, failures, runCases } from "../../case_site.ts";

/** What programs use of a session. */
interface Session {
  connection: OldConnection | null;
  readonly recv: {
    readonly protocol: string;
    readonly request: IncomingMessage;
    readonly response?: ServerResponse;
    readonly connection?: Socket;
    readonly ws?: { readonly request: IncomingMessage };
  } | null;
  readonly readyState: number;
  readonly prefix: string;
  decorateConnection(req: IncomingMessage): unknown;
  send(message: unknown): boolean;
  close(code?: number, reason?: string): boolean;
  didMessage(message: string): void;
  didTimeout(): unknown;
  didClose(): unknown;
}

type OldConnection = Connection & { _session: Session };

const paths = ["/echo/0/0/websocket", "/echo/websocket"];

/** A server whose application prepares each connection, and the connections that have opened. */
async function open(
  prepare: (connection: OldConnection) => void = () => {},
  disconnect_delay = 5000,
) {
  const opened = new Arrivals<OldConnection>();
  const errors = new Arrivals<unknown>();
  const server = createServer({ prefix: "/echo" });
  const site = await CaseSite.open((http) => {
    server.on("error", errors.add);
    server.on("connection", (connection) => {
      prepare(connection as OldConnection);
      opened.add(connection as OldConnection);
    });
    server.installHandlers(http, { disconnect_delay });
  });
  return { site, opened, errors, [Symbol.asyncDispose]: () => site[Symbol.asyncDispose]() };
}

/** Runs code with a hook in the place of a method of all sessions. */
async function withHook(
  hook: (this: Session, req: IncomingMessage, original: () => unknown) => unknown,
  run: () => Promise<void>,
): Promise<void> {
  await using server = await open();
  await server.site.poll();
  const prototype = Object.getPrototypeOf((await server.opened.next())._session) as Session;
  assert.equal(prototype.constructor.name, "Session");
  const { decorateConnection } = prototype;
  prototype.decorateConnection = function (req) {
    return hook.call(this, req, () => decorateConnection.call(this, req));
  };
  try {
    await run();
  } finally {
    prototype.decorateConnection = decorateConnection;
  }
}

/** Wraps both ends of a session as the package shoe does: cleans up, then goes on. */
function cleanUpAtEnd(connection: OldConnection, note: (method: string) => void): void {
  const session = connection._session;
  for (const method of ["didTimeout", "didClose"] as const) {
    const original = session[method];
    session[method] = function () {
      note(method);
      (connection as unknown as EventEmitter).emit("close");
      connection.destroy();
      return original.call(this);
    };
  }
}

export const cases: Cases = {
  "a connection has its session, and the session its connection": async () => {
    await using server = await open();
    await server.site.poll();
    for (const path of paths) await server.site.connect(path);
    for (let i = 0; i < 3; i++) {
      const connection = await server.opened.next();
      const session = connection._session;
      assert.ok(Object.keys(connection).includes("_session"));
      assert.equal(session.connection, connection);
      assert.equal(session.readyState, 1);
      assert.equal(session.prefix, "/echo");
      assert.equal(session.send("one"), true);
      const events: unknown[] = [];
      connection.on("data", (message) => events.push(message));
      session.didMessage("as if sent");
      assert.deepEqual(events, ["as if sent"]);
      assert.equal(session.close(3000, "bye"), true);
      assert.equal(session.close(), false);
      assert.equal(session.send("late"), false);
    }
    assert.equal(await server.site.poll(), 'a["one"]');
    assert.equal(await server.site.poll(), 'c[3000,"bye"]');
  },

  "while a websocket is open, recv has its socket and its request": async () => {
    await using server = await open();
    for (const path of paths) {
      const socket = await server.site.connect(path, { Cookie: "a=b" });
      const connection = await server.opened.next();
      const { recv } = connection._session;
      assert.equal(recv?.protocol, connection.protocol);
      assert.equal(recv.ws?.request.headers.cookie, "a=b");
      assert.equal(recv.request, recv.ws?.request);
      assert.equal(recv.connection?.remotePort, connection.remotePort);
      recv.connection?.setTimeout(45_000);
      recv.connection?.setTimeout(0);
      assert.equal(recv.response, undefined);
      assert.equal(connection._session.recv, recv);
      const ended = new Promise<void>((resolve) => connection.on("close", () => resolve()));
      socket.close();
      await ended;
      assert.equal(connection._session.recv, null);
      assert.equal(connection._session.connection, null);
      assert.equal(connection._session.readyState, 3);
    }
  },

  "while a response takes messages, recv has it and its request": async () => {
    await using server = await open();
    await server.site.poll();
    const connection = await server.opened.next();
    assert.equal(connection._session.recv === null, true);
    const poll = server.site.poll({ Cookie: "a=b" }, "?second");
    while (connection.url !== "/echo/server/session/xhr?second") {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const { recv } = connection._session;
    assert.equal(recv?.request.headers.cookie, "a=b");
    assert.equal(recv.response?.headersSent, false);
    assert.equal(recv.response?.connection?.remotePort, connection.remotePort);
    assert.equal(recv.connection, undefined);
    connection.write("one");
    assert.equal(await poll, 'a["one"]');
    assert.equal(connection._session.recv, null);
  },

  "a hook of decorateConnection runs for each receiving request, before it is used": async () => {
    const seen: unknown[] = [];
    await withHook(function (req, original) {
      const socket = this.recv?.connection ?? this.recv?.response?.connection;
      seen.push([req.url, this.connection?.url === req.url, socket === req.socket]);
      original();
      Object.assign(this.connection?.headers ?? {}, { cookie: req.headers.cookie });
    }, async () => {
      await using server = await open();
      const { site, opened } = server;
      assert.equal(await site.poll({ Cookie: "first" }), "o");
      const connection = await opened.next();
      assert.equal(connection.headers["cookie"], "first");
      connection.write("one");
      await site.poll({ Cookie: "second" }, "?t=2");
      assert.equal(connection.headers["cookie"], "second");
      // Long heads are not kept elsewhere.
      const cookie = "a=".padEnd(4000, "b");
      const path = "/echo/server/stream/xhr_streaming";
      site.request(path, { method: "POST", headers: { Cookie: cookie } }).catch(() => {});
      assert.equal((await opened.next()).headers["cookie"], cookie);
      for (const path of paths) {
        await site.connect(path, { Cookie: path });
        assert.equal((await opened.next()).headers["cookie"], path);
      }
      // A connection has the URL of its first request from the beginning.
      assert.deepEqual(seen, [
        ["/echo/server/session/xhr", true, true],
        ["/echo/server/session/xhr?t=2", false, true],
        [path, true, true],
        [paths[0], true, true],
        [paths[1], true, true],
      ]);
    });
  },

  "a hook of decorateConnection that fails closes its connection alone": async () => {
    for (const fail of Object.values(failures)) {
      await withHook(function (req, original) {
        return req.url?.includes("fail") ? fail() : original();
      }, async () => {
        await using server = await open();
        const { site, opened, errors } = server;
        await site.poll();
        const connection = await opened.next();
        connection.write("one");
        assert.equal(await site.poll({}, "?fail"), 'a["one"]');
        assert.equal(await site.poll(), 'c[1011,"Internal error"]');
        assert.match(String(await errors.next()), /failed/);
        for (const path of paths) {
          const socket = await site.connect(`${path}?fail`);
          if (path === paths[0]) {
            assert.equal(await socket.receive(), "o");
            assert.equal(await socket.receive(), 'c[1011,"Internal error"]');
          }
          await socket.closed;
          assert.match(String(await errors.next()), /failed/);
        }
        assert.equal(await site.poll({}, "", "another"), "o");
      });
    }
  },

  "a function in the place of didTimeout or didClose is called at the end, and may end it":
    async () => {
      const events = new Arrivals<string>();
      await using server = await open((connection) => {
        cleanUpAtEnd(connection, events.add);
        connection.on("end", () => events.add("end"));
        connection.on("close", (...args: unknown[]) => events.add(`close ${args.length}`));
      }, 10);
      const { site, opened } = server;
      const expected = { [paths[0]!]: "didTimeout", [paths[1]!]: "didClose" };
      for (const isByServer of [false, true]) {
        for (const [path, method] of Object.entries(expected)) {
          const socket = await site.connect(path);
          const connection = await opened.next();
          if (isByServer) connection.destroy();
          else socket.close();
          assert.deepEqual([await events.next(), await events.next()], [method, "close 0"]);
          await socket.closed;
        }
      }
      await site.poll();
      await opened.next();
      assert.deepEqual([await events.next(), await events.next()], ["didTimeout", "close 0"]);
      // None of them has emitted more than that.
      events.add("nothing more");
      assert.equal(await events.next(), "nothing more");
    },

  "where didTimeout only notes the end, end and close are emitted after it": async () => {
    const events = new Arrivals<string>();
    await using server = await open((connection) => {
      const { didTimeout } = connection._session;
      connection._session.didTimeout = function () {
        events.add(`didTimeout ${connection.closed}`);
        return didTimeout.call(this);
      };
      connection.on("end", () => events.add("end"));
      connection.on("close", ({ code }) => events.add(`close ${code}`));
    });
    (await server.site.connect()).close();
    const seen = [await events.next(), await events.next(), await events.next()];
    assert.deepEqual(seen, ["didTimeout false", "end", "close 1005"]);
  },

  "a function in the place of didTimeout that fails is reported, and close is emitted once":
    async () => {
      for (const fail of Object.values(failures)) {
        const events = new Arrivals<string>();
        await using server = await open((connection) => {
          const { didTimeout } = connection._session;
          connection._session.didTimeout = function () {
            setImmediate(() => events.add(`later ${didTimeout.call(this)}`));
            return fail();
          };
          connection.on("close", () => events.add("close"));
        });
        (await server.site.connect()).close();
        const seen = [await events.next(), await events.next()];
        assert.deepEqual(seen, ["close", "later undefined"]);
        assert.match(String(await server.errors.next()), /failed/);
      }
    },

  "didTimeout that the application calls by itself ends the connection once": async () => {
    const events = new Arrivals<string>();
    await using server = await open((connection) => {
      connection.on("end", () => events.add("end"));
      connection.on("close", () => events.add("close"));
    });
    const socket = await server.site.connect();
    const { _session } = await server.opened.next();
    _session.didTimeout();
    await socket.closed;
    assert.deepEqual([await events.next(), await events.next()], ["end", "close"]);
    _session.didTimeout();
    events.add("nothing more");
    assert.equal(await events.next(), "nothing more");
  },
};

await runCases(cases);
