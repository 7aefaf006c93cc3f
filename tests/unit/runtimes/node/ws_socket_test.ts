import { assertEquals } from "@std/assert";
import { Frame } from "../../../../src/protocol/message.ts";
import type { SocketListener } from "../../../../src/runtimes/runtime.ts";
import {
  websocketFrame,
  type WebSocketOfWs,
  WsSocket,
} from "../../../../src/runtimes/node/ws_socket.ts";

/** Bytes that wait above which a websocket counts as congested. */
const congestion = 16 * 1024;

type Listener = (...args: unknown[]) => void;

/** A websocket as `ws` makes it. */
class FakeWebSocket {
  bufferedAmount = 0;
  readyState = 1;
  extensions = "";
  readonly calls: string[] = [];
  readonly sent: (() => void)[] = [];
  readonly #listeners = new Map<string, Listener>();

  send(text: string, sent?: () => void): void {
    this.calls.push(`send ${text.length}${sent === undefined ? "" : " and tell"}`);
    if (sent !== undefined) this.sent.push(sent);
  }

  close(code: number, reason?: string): void {
    this.calls.push(`close ${code} ${reason}`);
  }

  terminate(): void {
    this.calls.push("terminate");
  }

  on(event: string, listener: Listener): void {
    this.#listeners.set(event, listener);
  }

  emit(event: string, ...args: unknown[]): boolean {
    this.#listeners.get(event)?.(...args);
    return this.#listeners.has(event);
  }
}

/** A websocket of ours on one of `ws`, and what its listener is told. */
function open(extensions = "") {
  const fake = new FakeWebSocket();
  fake.extensions = extensions;
  const told: string[] = [];
  const drained = Promise.withResolvers<void>();
  const listener: SocketListener = {
    maxMessageSize: 1024,
    maxSilence: 35_000,
    drainThreshold: 16 * 1024,
    opened: () => told.push("opened"),
    message: (text) => told.push(`message ${text}`),
    tooLong: () => told.push("too long"),
    refused: (reason) => told.push(`refused: ${reason}`),
    closing: () => told.push("closing"),
    pong: () => told.push("pong"),
    drained: () => {
      told.push("drained");
      drained.resolve();
    },
    closed: (code, reason) => told.push(`closed ${code} ${reason}`),
    failed: () => {},
  };
  const socket = new WsSocket(fake as unknown as WebSocketOfWs, listener);
  return { fake, told, socket, drained: drained.promise };
}

const bytes = (text: string) => ({ toString: () => text });

Deno.test("the listener hears of messages, binary ones as undefined, and of the close", () => {
  const { fake, told } = open();
  fake.emit("message", bytes("text"), false);
  fake.emit("message", bytes(""), false);
  fake.emit("message", bytes("binary"), true);
  fake.emit("close", 1001, bytes("bye"));
  assertEquals(told, ["message text", "message ", "message undefined", "closed 1001 bye"]);
});

Deno.test("a message that is too long is told, by whichever event it shows", () => {
  const { fake, told } = open();
  fake.close(1009);
  fake.emit("error", { code: "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH" });
  assertEquals(told, ["too long", "too long"]);
});

Deno.test("a close that comes from `ws` is told before it is sent", () => {
  const { fake, told } = open();
  fake.emit = (event) => {
    told.push(`${event} after ${fake.calls.length} calls`);
    return true;
  };
  fake.close(1000, "bye");
  assertEquals(told, ["sockjs-closing after 0 calls"]);
  assertEquals(fake.calls, ["close 1000 bye"]);
});

Deno.test("of other errors, the message is told: a close follows", () => {
  const { fake, told } = open();
  fake.emit("error", { code: "WS_ERR_INVALID_UTF8", message: "invalid UTF-8 sequence" });
  assertEquals(told, ["refused: invalid UTF-8 sequence"]);
});

Deno.test("a drain is told after a message that had to wait, and only after such", () => {
  const { fake, told, socket } = open();
  socket.send(new Frame("x".repeat(congestion)));
  fake.bufferedAmount = 1;
  socket.send(new Frame("x".repeat(congestion - 1)));
  socket.send(new Frame("x".repeat(congestion)));
  fake.bufferedAmount = congestion + 1;
  socket.send(new Frame(""));
  assertEquals(fake.calls, ["send 16384", "send 16383", "send 16384 and tell", "send 0 and tell"]);
  assertEquals(told, []);
  fake.sent.forEach((sent) => sent());
  assertEquals(told, ["drained", "drained"]);
});

Deno.test("what has not left yet is buffered", () => {
  const { fake, socket } = open();
  fake.bufferedAmount = 7;
  assertEquals(socket.bufferedAmount, 7);
});

Deno.test("on Deno and Bun, what was compressed counts as waiting until others had their turn", async () => {
  const { told, socket, drained } = open("permessage-deflate");
  socket.send(new Frame("x".repeat(64 * 1024)));
  assertEquals(socket.bufferedAmount, 0);
  socket.send(new Frame("x"));
  assertEquals([socket.bufferedAmount, told], [64 * 1024 + 1, []]);
  await drained;
  assertEquals([socket.bufferedAmount, told], [0, ["drained"]]);
});

Deno.test("closing says why, and terminating does not", () => {
  const { fake, socket } = open();
  socket.close(3000, "Go away!");
  socket.terminate();
  assertEquals(fake.calls, ["close 3000 Go away!", "terminate"]);
});

const encoder = new TextEncoder();
/** The length from which `ws` makes the frames. */
const maxCopied = 16 * 1024;

/** The head that a text of so many bytes has, by RFC 6455. */
function head(bytes: number): number[] {
  return bytes < 126 ? [0x81, bytes] : [0x81, 126, bytes >> 8, bytes & 0xff];
}

for (const unit of ["x", "\u00e9", "\u20ac", "\u{1f600}", "\ud800"]) {
  Deno.test(`a frame of ${JSON.stringify(unit)} has its length, and the text as UTF-8`, () => {
    const bytes = encoder.encode(unit).byteLength;
    const counts = [0, 1, 125 / bytes, 126 / bytes, 127 / bytes, 1000, maxCopied / unit.length - 1];
    for (const count of counts.map(Math.floor)) {
      const text = unit.repeat(count);
      const expected = [...head(count * bytes), ...encoder.encode(text)];
      assertEquals([...websocketFrame(new Frame(text))], expected);
    }
  });
}

Deno.test("a frame is encoded once for whoever gets it next", () => {
  const [one, two] = [new Frame("one"), new Frame("two")];
  const bytes = websocketFrame(one);
  assertEquals(websocketFrame(one) === bytes, true);
  assertEquals([...websocketFrame(two)], [0x81, 3, 0x74, 0x77, 0x6f]);
  assertEquals([...websocketFrame(one)], [...bytes]);
});
