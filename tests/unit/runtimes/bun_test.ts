import { Frame } from "../../../src/protocol/message.ts";
import { assert, assertEquals } from "@std/assert";
import { bunRuntime } from "../../../src/runtimes/bun.ts";
import { type ServerWebSocket, websocketHandlers } from "../../../src/runtimes/bun_websockets.ts";
import type { Socket, SocketListener } from "../../../src/runtimes/runtime.ts";

/** Notes what a listener is told. */
class Told implements SocketListener {
  readonly maxMessageSize = 1024;
  readonly maxSilence = 35_000;
  readonly drainThreshold = 16 * 1024;
  readonly subprotocol: string | undefined;
  tooLong() {}
  closing() {}
  failed() {}
  refused(reason: string) {
    this.calls.push(`refused: ${reason}`);
  }
  readonly calls: string[] = [];

  constructor(subprotocol?: string) {
    this.subprotocol = subprotocol;
  }

  opened(): void {
    this.calls.push("opened");
  }

  message(text: string | undefined): void {
    this.calls.push(`message ${text}`);
  }

  pong(): void {
    this.calls.push("pong");
  }

  drained(): void {
    this.calls.push("drained");
  }

  closed(code: number, reason: string): void {
    this.calls.push(`closed ${code} ${reason}`);
  }
}

/** A websocket as Bun makes it. */
class FakeBunSocket implements ServerWebSocket {
  readonly data: unknown;
  readonly calls: string[] = [];

  constructor(data: unknown) {
    this.data = data;
  }

  /** Whether Bun drops what is sent, as it does beyond its \`backpressureLimit\`. */
  drops = false;

  send(text: string): number {
    this.calls.push(`send ${text}`);
    return this.drops ? 0 : text.length;
  }

  close(code: number, reason: string): void {
    this.calls.push(`close ${code} ${reason}`);
  }

  terminate(): void {
    this.calls.push("terminate");
  }

  ping(): void {
    this.calls.push("ping");
  }

  pause(): void {
    this.calls.push("pause");
  }

  resume(): void {
    this.calls.push("resume");
  }

  getBufferedAmount(): number {
    return 7;
  }
}

/** As Bun's server: opens the websocket within `upgrade`, by those handlers. */
function fakeServer(handlers: { open(socket: ServerWebSocket): void } | undefined) {
  const sockets: FakeBunSocket[] = [];
  const timeouts: number[] = [];
  return {
    sockets,
    timeouts,
    hostname: "localhost",
    port: 80,
    upgrade(_request: Request, options: { data: unknown }): boolean {
      if (handlers === undefined) throw new TypeError("set the websocket object in Bun.serve");
      const socket = new FakeBunSocket(options.data);
      sockets.push(socket);
      handlers.open(socket);
      return true;
    },
    requestIP: () => ({ address: "10.0.0.1", port: 1234, family: "IPv4" }),
    timeout: (_request: Request, seconds: number) => timeouts.push(seconds),
  };
}

const request = new Request("http://host/");

function upgrade(info: unknown) {
  const told = new Told();
  const complaints: string[] = [];
  const response = bunRuntime(request, info).upgrade!(told, (line) => complaints.push(line));
  return { told, complaints, response };
}

Deno.test("Bun is shown no subprotocol but the one that was chosen", () => {
  for (const chosen of [undefined, "two"]) {
    const headers = { "Sec-WebSocket-Protocol": "one, two" };
    const offering = new Request("http://host/", { headers });
    const runtime = bunRuntime(offering, fakeServer(websocketHandlers()));
    runtime.upgrade!(new Told(chosen), () => {});
    assertEquals(offering.headers.get("Sec-WebSocket-Protocol"), chosen ?? null);
  }
});

Deno.test("Bun forgets every header that is not kept, also one that all objects inherit", () => {
  const request = new Request("http://host/", { headers: { host: "kept" } });
  for (const name of ["accept", "constructor", "__proto__"]) request.headers.append(name, "long");
  bunRuntime(request, undefined).forgetHead!({ host: "kept" });
  assertEquals([...request.headers], [["host", "kept"]]);
});

Deno.test("handlers pass what happens on a socket of ours to its listener", () => {
  const handlers = websocketHandlers();
  const server = fakeServer(handlers);
  const { told, complaints, response } = upgrade(server);
  const socket = server.sockets[0]!;
  handlers.message(socket, "text");
  handlers.message(socket, new Uint8Array(1));
  handlers.pong(socket, new Uint8Array(0));
  handlers.drain(socket);
  handlers.close(socket, 1001, "bye");
  assertEquals(told.calls, [
    "opened",
    "message text",
    "message undefined",
    "pong",
    "drained",
    "closed 1001 bye",
  ]);
  assertEquals([complaints, response instanceof Response], [[], true]);
});

Deno.test("sockets that are not ours are handed to the application's handlers untouched", () => {
  const calls: unknown[] = [];
  const handlers = websocketHandlers({
    idleTimeout: 30,
    open: (socket: unknown) => calls.push("open", socket),
    message: (socket: unknown, message: unknown) => calls.push("message", socket, message),
    drain: (socket: unknown) => calls.push("drain", socket),
    close: (socket: unknown, code: number) => calls.push("close", socket, code),
    ping: (socket: unknown) => calls.push("ping", socket),
    pong: (socket: unknown) => calls.push("pong", socket),
  });
  assertEquals(handlers.idleTimeout, 30);
  for (const data of [undefined, null, "text", {}]) {
    const socket = new FakeBunSocket(data);
    calls.length = 0;
    handlers.open(socket);
    handlers.message(socket, "x");
    handlers.drain(socket);
    handlers.pong(socket, new Uint8Array(0));
    handlers.close(socket, 1000, "");
    assertEquals(calls, [
      ...["open", socket],
      ...["message", socket, "x"],
      ...["drain", socket],
      ...["pong", socket],
      ...["close", socket, 1000],
    ]);
  }
});

Deno.test("without handlers of the application, sockets that are not ours are left alone", () => {
  const handlers = websocketHandlers();
  const socket = new FakeBunSocket(undefined);
  handlers.open(socket);
  handlers.message(socket, "x");
  handlers.pong(socket, new Uint8Array(0));
  handlers.drain(socket);
  handlers.close(socket, 1000, "");
  assertEquals(socket.calls, []);
});

Deno.test("without Bun's server as second argument there is no upgrade, but advice", () => {
  for (const info of [undefined, null, {}, "x"]) {
    const { complaints, response } = upgrade(info);
    assertEquals([complaints.length, response], [1, undefined]);
    assert(complaints[0]!.includes("second argument"), complaints[0]);
  }
});

Deno.test("without websocket handlers in Bun.serve there is no upgrade, but advice", () => {
  const { complaints, response } = upgrade(fakeServer(undefined));
  assertEquals([complaints.length, response], [1, undefined]);
  assert(complaints[0]!.includes("websocket: server.websocket"), complaints[0]);
});

Deno.test("handlers that do not know SockJS get advice to combine them", () => {
  const { complaints } = upgrade(fakeServer({ open() {} }));
  assertEquals(complaints.length, 1);
  assert(complaints[0]!.includes("websocketHandlers"), complaints[0]);
});

Deno.test("both ends are told, and nothing without Bun's server", () => {
  const ends = bunRuntime(request, fakeServer(undefined)).endpoints();
  assertEquals([ends.remote?.address, ends.remote?.port], ["10.0.0.1", 1234]);
  assertEquals(ends.local, { address: "localhost", port: 80 });
  assertEquals(bunRuntime(request, undefined).endpoints(), {});
});

Deno.test("a unix socket has no ends to be told", () => {
  const server = { ...fakeServer(undefined), hostname: undefined, port: undefined };
  const ends = bunRuntime(request, { ...server, requestIP: () => null }).endpoints();
  assertEquals([ends.remote, ends.local], [undefined, undefined]);
});

Deno.test("only a server on a unix socket makes one of an end that is not known", () => {
  const withoutEnds = (url: string, requestIP: () => unknown = () => null) => {
    const server = { ...fakeServer(undefined), url: new URL(url), requestIP };
    return bunRuntime(request, server).endpoints().isUnixSocket;
  };
  assertEquals(withoutEnds("unix:///tmp/a.sock"), true);
  // Its client has left.
  assertEquals(withoutEnds("http://127.0.0.1:80/"), undefined);
});

Deno.test("a silence lifts the idle time-out beyond it, up to what Bun takes, and back", () => {
  const server = fakeServer(undefined);
  for (const ms of [1, 25_000, 24_001, 10_000_000]) {
    bunRuntime(request, server).suspendIdleTimeout?.(ms);
  }
  bunRuntime(request, server).restoreIdleTimeout?.();
  assertEquals(server.timeouts, [11, 35, 35, 255, 10]);
  bunRuntime(request, undefined).suspendIdleTimeout?.(1);
  bunRuntime(request, undefined).restoreIdleTimeout?.();
});

Deno.test("a message that Bun drops ends the connection, an empty one does not", () => {
  const server = fakeServer(websocketHandlers());
  const sent: Socket[] = [];
  const told = new Told();
  const listener: SocketListener = {
    maxMessageSize: 1024,
    maxSilence: 35_000,
    drainThreshold: 16 * 1024,
    tooLong() {},
    refused: (reason) => told.refused(reason),
    closing() {},
    opened: (socket) => sent.push(socket),
    message: () => {},
    pong: () => {},
    drained: () => {},
    closed: (code, reason) => told.closed(code, reason),
    failed: () => {},
  };
  bunRuntime(request, server).upgrade!(listener, () => {});
  sent[0]!.send(new Frame(""));
  assertEquals(told.calls, []);
  server.sockets[0]!.drops = true;
  sent[0]!.send(new Frame("lost"));
  sent[0]!.send(new Frame("later"));
  assertEquals(told.calls, [
    "refused: a message was dropped because of backpressureLimit",
    "closed 1008 Slow consumer",
  ]);
  assertEquals(server.sockets[0]!.calls, ["send ", "send lost", "close 1008 Slow consumer"]);
});

Deno.test("a socket is pinged, paused and resumed by Bun, and not after its end", () => {
  const handlers = websocketHandlers();
  const server = fakeServer(handlers);
  upgrade(server);
  const fake = server.sockets[0]!;
  const socket = fake.data as Socket;
  const act = () => [socket.ping(), socket.pause(), socket.resume()];
  act();
  handlers.close(fake, 1000, "");
  act();
  assertEquals(fake.calls, ["ping", "pause", "resume"]);
});

Deno.test("where Bun cannot pause a socket, it reads on", () => {
  const server = fakeServer(websocketHandlers());
  upgrade(server);
  const fake = server.sockets[0]!;
  Object.assign(fake, { pause: undefined, resume: undefined });
  const socket = fake.data as Socket;
  socket.pause();
  socket.resume();
  assertEquals(fake.calls, []);
});

Deno.test("a client that has left by then is told of at once", () => {
  const told: string[] = [];
  const leaving = new AbortController();
  const request = new Request("http://host/", { signal: leaving.signal });
  bunRuntime(request, undefined).onAbandoned!(() => told.push("later"));
  leaving.abort();
  bunRuntime(request, undefined).onAbandoned!(() => told.push("at once"));
  assertEquals(told, ["later", "at once"]);
});
