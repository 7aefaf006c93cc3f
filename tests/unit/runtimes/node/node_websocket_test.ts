import { assertEquals } from "@std/assert";
import { Frame } from "../../../../src/protocol/message.ts";
import type { SocketListener } from "../../../../src/runtimes/runtime.ts";
import { NodeWebSocket, type WebSocketOfWs } from "../../../../src/runtimes/node/node_websocket.ts";

/** Bytes that wait above which a websocket counts as congested. */
const congestion = 16 * 1024;

type Listener = (...args: unknown[]) => void;

/** A websocket as `ws` makes it. */
class FakeWebSocket {
  bufferedAmount = 0;
  readyState = 1;
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

/** A websocket of ours over one of `ws`, and the calls of its listener. */
function open() {
  const fake = new FakeWebSocket();
  const events: string[] = [];
  const listener: SocketListener = {
    maxMessageSize: 1024,
    maxSilence: 35_000,
    drainThreshold: 16 * 1024,
    opened: () => events.push("opened"),
    message: (text) => events.push(`message ${text}`),
    tooLong: () => events.push("too long"),
    closing: () => events.push("closing"),
    pong: () => events.push("pong"),
    drained: () => events.push("drained"),
    closed: (code, reason) => events.push(`closed ${code} ${reason}`),
    failed: () => {},
  };
  const socket = new NodeWebSocket(fake as unknown as WebSocketOfWs, listener);
  return { fake, events, socket };
}

const bytes = (text: string) => ({ toString: () => text });

Deno.test("the listener gets messages, binary ones as undefined, and the close", () => {
  const { fake, events } = open();
  fake.emit("message", bytes("text"), false);
  fake.emit("message", bytes(""), false);
  fake.emit("message", bytes("binary"), true);
  fake.emit("close", 1001, bytes("bye"));
  assertEquals(events, ["message text", "message ", "message undefined", "closed 1001 bye"]);
});

Deno.test("a message that is too long is events, by whichever event it shows", () => {
  const { fake, events } = open();
  fake.close(1009);
  fake.emit("error", { code: "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH" });
  assertEquals(events, ["too long", "too long"]);
});

Deno.test("a close that comes from `ws` is events before it is sent", () => {
  const { fake, events } = open();
  fake.emit = (event) => {
    events.push(`${event} after ${fake.calls.length} calls`);
    return true;
  };
  fake.close(1000, "bye");
  assertEquals(events, ["sockjs-closing after 0 calls"]);
  assertEquals(fake.calls, ["close 1000 bye"]);
});

Deno.test("other errors are not events: a close follows", () => {
  const { fake, events } = open();
  for (const code of ["WS_ERR_INVALID_UTF8", "ECONNRESET", undefined]) fake.emit("error", { code });
  assertEquals(events, []);
});

Deno.test("a drain is events after a message that had to wait, and only after such", () => {
  const { fake, events, socket } = open();
  socket.send(new Frame("x".repeat(congestion)));
  fake.bufferedAmount = 1;
  socket.send(new Frame("x".repeat(congestion - 1)));
  socket.send(new Frame("x".repeat(congestion)));
  fake.bufferedAmount = congestion + 1;
  socket.send(new Frame(""));
  assertEquals(fake.calls, ["send 16384", "send 16383", "send 16384 and tell", "send 0 and tell"]);
  assertEquals(events, []);
  fake.sent.forEach((sent) => sent());
  assertEquals(events, ["drained", "drained"]);
});

Deno.test("what has not left yet is buffered", () => {
  const { fake, socket } = open();
  fake.bufferedAmount = 7;
  assertEquals(socket.bufferedAmount, 7);
});

Deno.test("closing says why, and terminating does not", () => {
  const { fake, socket } = open();
  socket.close(3000, "Go away!");
  socket.terminate();
  assertEquals(fake.calls, ["close 3000 Go away!", "terminate"]);
});
