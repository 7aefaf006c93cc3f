import { assert, assertEquals } from "@std/assert";
import { Frame } from "../../../src/protocol/message.ts";
import type { Socket, SocketListener } from "../../../src/runtimes/runtime.ts";
import { pathOf } from "../../../src/routing/router.ts";
import { inNextTurn } from "../../../src/event_loop/turns.ts";
import { denoRuntime } from "../../../src/runtimes/deno.ts";
import { fakeTime, microtasks } from "../../support/fake_time.ts";

/** A websocket as Deno makes it. */
class FakeDenoSocket {
  binaryType = "blob";
  readyState = 0;
  /** How often it was asked for what it has buffered. */
  asked = 0;
  #buffered = 0;
  readonly calls: string[] = [];
  readonly #listeners = new Map<string, EventListenerObject>();

  get bufferedAmount(): number {
    this.asked++;
    return this.#buffered;
  }

  set bufferedAmount(bytes: number) {
    this.#buffered = bytes;
  }

  addEventListener(type: string, listener: EventListenerObject): void {
    this.#listeners.set(type, listener);
  }

  /** Something happens to it. */
  tell(type: string, details: Record<string, unknown> = {}): void {
    this.#listeners.get(type)?.handleEvent({ type, ...details } as unknown as Event);
  }

  open(): void {
    this.readyState = 1;
    this.tell("open");
  }

  send(text: string): void {
    this.calls.push(`send ${text}`);
  }

  close(code: number, reason: string): void {
    this.readyState = 2;
    this.calls.push(`close ${code} ${reason}`);
  }
}

/** Upgrades a request, and notes what the listener is told. */
function upgrade(subprotocol?: string, maxSilence: number | null = 35_000) {
  const socket = new FakeDenoSocket();
  const response = new Response("upgraded");
  const told: string[] = [];
  const opened: Socket[] = [];
  const listener: SocketListener = {
    maxMessageSize: 1024,
    subprotocol,
    maxSilence: maxSilence ?? undefined,
    drainThreshold: 16 * 1024,
    tooLong() {},
    refused() {},
    closing() {},
    opened: (socket) => opened.push(socket),
    message: (text) => told.push(`message ${text}`),
    pong: () => told.push("pong"),
    drained: () => told.push("drained"),
    closed: (code, reason) => told.push(`closed ${code} ${reason}`),
    failed: () => {},
  };
  const asked: { idleTimeout: number }[] = [];
  const runtime = denoRuntime({
    upgradeWebSocket: (_request, options) => {
      asked.push(options);
      return { socket, response };
    },
  });
  const request = runtime(new Request("http://host/"), undefined);
  const given = request.upgrade!(listener, () => {});
  return { socket, told, opened, given, response, asked };
}

async function nextTurn(): Promise<void> {
  await new Promise<void>(inNextTurn);
  await microtasks();
}

Deno.test("the answer to an upgrade is the one that Deno made", () => {
  const { given, response } = upgrade();
  assertEquals(given === response, true);
});

Deno.test("a subprotocol that was chosen is in that answer, and else there is none", () => {
  const agreed = (name?: string) => upgrade(name).response.headers.get("Sec-WebSocket-Protocol");
  assertEquals([agreed("v12.stomp"), agreed()], ["v12.stomp", null]);
});

Deno.test("a request that Deno does not upgrade is refused", () => {
  const runtime = denoRuntime({
    upgradeWebSocket() {
      throw new TypeError("Invalid Header");
    },
  });
  const listener = {} as SocketListener;
  const request = runtime(new Request("http://host/"), undefined);
  const given = request.upgrade!(listener, () => {});
  assertEquals(given, undefined);
});

Deno.test("the listener hears of messages, binary ones as undefined, and of the close", () => {
  const { socket, told, opened } = upgrade();
  socket.open();
  assertEquals(opened.length, 1);
  assertEquals(socket.binaryType, "arraybuffer");
  socket.tell("message", { data: "text" });
  socket.tell("message", { data: new ArrayBuffer(1) });
  socket.tell("error");
  socket.tell("close", { code: 1001, reason: "bye" });
  assertEquals(told, ["message text", "message undefined", "closed 1001 bye"]);
});

Deno.test("an end without a close frame is 1006, one without a code 1005", () => {
  for (const [code, expected] of [[0, 1006], [1006, 1006], [1005, 1005]] as const) {
    const { socket, told } = upgrade();
    socket.open();
    socket.tell("close", { code, reason: "" });
    assertEquals(told, [`closed ${expected} `]);
  }
});

Deno.test("nothing is sent on a socket that is not open", () => {
  const { socket, opened } = upgrade();
  socket.open();
  for (const state of [2, 3]) {
    socket.readyState = state;
    opened[0]!.send(new Frame("late"));
  }
  assertEquals(socket.calls, []);
});

Deno.test("a close happens a turn later, once, and not on a socket that has closed", async () => {
  const { socket, opened } = upgrade();
  socket.open();
  opened[0]!.close(3000, "bye");
  opened[0]!.close(3000, "bye");
  await nextTurn();
  assertEquals(socket.calls, ["close 3000 bye"]);
  const other = upgrade();
  other.socket.open();
  other.opened[0]!.close(3000, "bye");
  other.socket.readyState = 3;
  await nextTurn();
  assertEquals(other.socket.calls, []);
});

const long = "x".repeat(100_000);

Deno.test("what is buffered is asked for only when that may be much, or matters", () => {
  const { socket, opened } = upgrade();
  socket.open();
  for (let i = 0; i < 100; i++) opened[0]!.send(new Frame("x"));
  assertEquals([opened[0]!.bufferedUpperBound, socket.asked], [300, 0]);
  assertEquals([opened[0]!.bufferedAmount, socket.asked], [0, 1]);
  assertEquals([opened[0]!.bufferedUpperBound, socket.asked], [0, 1]);
  opened[0]!.send(new Frame(long));
  assertEquals([opened[0]!.bufferedUpperBound, socket.asked], [0, 2]);
});

Deno.test("a congested socket is watched until it drains, and no longer", () => {
  using time = fakeTime();
  const { socket, told, opened } = upgrade();
  socket.open();
  opened[0]!.send(new Frame("small"));
  assertEquals(time.next(), false);
  socket.bufferedAmount = 100_000;
  opened[0]!.send(new Frame(long));
  opened[0]!.send(new Frame("y"));
  time.tick(1000);
  assertEquals([told, opened[0]!.bufferedAmount], [[], 100_000]);
  socket.bufferedAmount = 0;
  time.tick(100);
  assertEquals(told, ["drained"]);
  assertEquals(time.next(), false);
});

Deno.test("the longer a congested socket takes nothing, the less often it is looked at", () => {
  using time = fakeTime();
  const { socket, told, opened } = upgrade();
  socket.open();
  socket.bufferedAmount = 100_000;
  opened[0]!.send(new Frame(long));
  const looks = (ms: number) => {
    socket.asked = 0;
    for (let i = 0; i < ms; i += 10) time.tick(10);
    return socket.asked;
  };
  const [first, , last] = [looks(200), looks(59_800), looks(10_000)];
  assertEquals([first >= 9, last <= 11], [true, true], `${first} and ${last} looks`);
  // As soon as it moves, it is looked at as at first.
  socket.bufferedAmount = 90_000;
  looks(1000);
  assertEquals(looks(200) >= 2, true);
  socket.bufferedAmount = 0;
  looks(100);
  assertEquals(told, ["drained"]);
  assertEquals(time.next(), false);
});

Deno.test("a congested socket that closes is watched no longer", () => {
  using time = fakeTime();
  const { socket, opened } = upgrade();
  socket.open();
  socket.bufferedAmount = 100_000;
  opened[0]!.send(new Frame(long));
  socket.tell("close", { code: 0, reason: "" });
  assertEquals(time.next(), false);
});

Deno.test("the remote end is what Deno tells of it", () => {
  const runtime = denoRuntime({ upgradeWebSocket: () => ({}) as never });
  const ends = (info: unknown) => runtime(new Request("http://host/"), info).endpoints();
  const remoteAddr = { transport: "tcp", hostname: "10.0.0.1", port: 1234 };
  assertEquals(ends({ remoteAddr }).remote, { address: "10.0.0.1", port: 1234 });
  for (
    const info of [undefined, {}, { remoteAddr: { transport: "unix", path: "/x" } }, {
      remoteAddr: { transport: "vsock", cid: 2, port: 1 },
    }]
  ) {
    assertEquals(ends(info).remote, undefined);
    assertEquals(ends(info).isUnixSocket, info?.remoteAddr?.transport === "unix" || undefined);
  }
});

Deno.test("a congested socket that is closed is not watched any longer, whatever its peer does", () => {
  using time = fakeTime();
  const { socket, opened } = upgrade();
  socket.open();
  socket.bufferedAmount = 100_000;
  opened[0]!.send(new Frame(long));
  opened[0]!.close(1008, "Slow consumer");
  assertEquals(time.next(), false);
});

Deno.test("Deno is told in seconds when a silent peer counts as dead", () => {
  assertEquals(upgrade().asked, [{ idleTimeout: 35 }]);
  assertEquals(upgrade(undefined, 2).asked, [{ idleTimeout: 1 }]);
  assertEquals(upgrade(undefined, null).asked, [{ idleTimeout: 0 }]);
});

Deno.test("Deno is told of no time that is too long for its timers", () => {
  const longest = 2 ** 31 - 1;
  const [asked] = upgrade(undefined, 2 * longest).asked;
  assert(asked!.idleTimeout / 2 * 1000 <= longest, `${asked?.idleTimeout}`);
  assert(asked!.idleTimeout / 2 * 1000 > longest - 1000, `${asked?.idleTimeout}`);
});

Deno.test("an end that Deno has come to by itself is 1006, whatever its code", () => {
  const { socket, told } = upgrade();
  socket.open();
  socket.tell("close", { code: 1001, reason: "No response from ping frame.", wasClean: false });
  assertEquals(told, ["closed 1006 Connection timed out"]);
  const other = upgrade();
  other.socket.open();
  other.socket.tell("close", { code: 1001, reason: "", wasClean: true });
  assertEquals(other.told, ["closed 1001 "]);
});

Deno.test("Deno pings by itself, and always reads", () => {
  const { socket, opened } = upgrade();
  socket.open();
  opened[0]!.pause();
  opened[0]!.resume();
  assertEquals([opened[0]!.ping(), opened[0]!.bytesRead, socket.calls], [false, 0, []]);
});

Deno.test("a request has its path where Host and URL have nothing but a host before it", () => {
  const runtime = denoRuntime({ upgradeWebSocket: () => ({}) as never });
  const ask = (url: string, host: string | null) => {
    const headers = new Headers(host === null ? {} : { Host: host });
    const request = { url, headers } as Request;
    return runtime(request, undefined).hasItsPath!(url, pathOf(url).start);
  };
  // What Deno makes of `Host`, in that order.
  const good = [
    ["http://host/echo", "host"],
    ["https://host/echo", "host"],
    ["http://Host.Example:8080/echo", "Host.Example:8080"],
    ["http://[::1]:80/echo", "[::1]:80"],
    ["http://localhost:1/echo", ""],
    ["http://localhost:1/echo", null],
    ["http://authority/echo", null],
    ["http://absolute/echo", "host"],
    ["ftp://absolute/echo", "host"],
    // On a unix socket it is the socket's path that stands there without a host, on a vsock its address.
    ["http+unix://host/echo", "host"],
    ["http+unix://[::1]:80/echo", "[::1]:80"],
    ["http+unix://%2Frun%2Fecho%2Esock/echo", null],
    ["http+unix://%2Frun%2Fecho%2Esock/echo", ""],
    ["http+unix:///echo", null],
    ["http://authority/echo", null],
    ["http+vsock://host/echo", "host"],
    ["http+vsock://4294967295:5000/echo", null],
    ["http+vsock://3:5000/echo", ""],
  ] as const;
  for (const [url, host] of good) assertEquals(ask(url, host), true, url);
  const bad = [
    ["http://x/echo/000/victim/xhr_send?/admin", "x/echo/000/victim/xhr_send?"],
    ["http://x/echo/admin", "x/echo"],
    ["http://x?/echo", "x?"],
    ["http://x#/echo", "x#"],
    ["http://a@b/echo", "a@b"],
    ["http://a@b/echo", null],
    ["http://a b/echo", "a b"],
    ["http://x\\y/echo", "x\\y"],
    ["http://x%2f/echo", "x%2f"],
    ["http:///echo/admin", "/echo"],
    ["http://x:99999/echo", "x:99999"],
    ["http://absolute/echo", "x/admin?"],
    ["http://a:b@c/echo", "c"],
    ["http+unix://x/echo/000/victim/xhr_send?/admin", "x/echo/000/victim/xhr_send?"],
    ["http+unix://x?/echo", "x?"],
    ["http+unix://%2Frun%2Fecho%2Esock/echo", "%2Frun%2Fecho%2Esock"],
    ["http+unix://%2Frun%2Fecho%2Esock/echo", "x/admin?"],
    ["http+unix://a@b/echo", null],
    ["http+unix://%2f/echo", null],
    ["http+vsock://x/echo?/admin", "x/echo?"],
    ["http+vsock://%2F/echo", null],
    ["http://%2Frun/echo", null],
  ] as const;
  for (const [url, host] of bad) assertEquals(ask(url, host), false, url);
});
