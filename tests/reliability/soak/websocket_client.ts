/**
 * The websocket client of a session, with SockJS frames or raw.
 *
 * @module
 */

import { readHead } from "./answers.ts";
import { type Client, handOn, type Listener } from "./client.ts";
import { Wire } from "./wire.ts";

const opcodes = { text: 1, close: 8, ping: 9, pong: 10 };

/** A session over a websocket. */
export class WebSocketClient implements Client {
  readonly confirmsSends = false;
  readonly #port: number;
  readonly #path: string;
  readonly #isRaw: boolean;
  #wire: Wire | undefined;
  #isLeft = false;

  /** @param isRaw whether messages travel as they are, without frames of SockJS. */
  constructor(port: number, path: string, isRaw: boolean) {
    this.#port = port;
    this.#path = path;
    this.#isRaw = isRaw;
  }

  async receive(listener: Listener): Promise<void> {
    const wire = this.#wire = await Wire.open(this.#port);
    if (this.#isLeft) wire.close();
    await wire.write(
      `GET ${this.#path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n` +
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    const { status } = await readHead(wire);
    if (status !== 101) throw new Error(`The upgrade was answered ${status}`);
    if (this.#isRaw) listener.opened();
    while (await this.#take(wire, listener));
    wire.close();
  }

  async send(messages: readonly string[]): Promise<void> {
    const texts = this.#isRaw ? messages : [JSON.stringify(messages)];
    for (const text of texts) await this.#wire?.write(frameOf(opcodes.text, encoder.encode(text)));
  }

  async leave(): Promise<void> {
    this.#isLeft = true;
    await this.#wire?.write(frameOf(opcodes.close, new Uint8Array([1000 >> 8, 1000 & 0xff])));
  }

  stopReceiving(): void {
    this.stopReading();
  }

  stopReading(): void {
    this.#wire?.stopReading();
  }

  cut(): void {
    this.#isLeft = true;
    this.#wire?.close();
  }

  /** Takes a frame; false if it was the last. */
  async #take(wire: Wire, listener: Listener): Promise<boolean> {
    const [first = 0, second = 0] = await wire.bytes(2);
    if ((first & 0x80) === 0) throw new Error("A message in several frames");
    const opcode = first & 0x0f;
    const length = second < 126 ? second : await size(wire, second === 126 ? 2 : 8);
    if (opcode === opcodes.text) {
      const text = await wire.text(length);
      if (this.#isRaw) listener.message(text);
      else handOn(text, listener);
      return true;
    }
    const payload = (await wire.bytes(length)).slice();
    if (opcode === opcodes.ping) {
      await wire.write(frameOf(opcodes.pong, payload));
      listener.heartbeat();
      return true;
    }
    if (opcode !== opcodes.close) throw new Error(`A frame with opcode ${opcode}`);
    const [high = 0, low = 0] = payload;
    const reason = new TextDecoder().decode(payload.subarray(2));
    if (this.#isRaw) listener.closed(high * 256 + low, reason);
    // The response to one's own close frame needs none; a server may be gone by now.
    if (!this.#isLeft) await wire.write(frameOf(opcodes.close, payload)).catch(() => {});
    return false;
  }
}

async function size(wire: Wire, bytes: number): Promise<number> {
  return (await wire.bytes(bytes)).reduce((sum, byte) => sum * 256 + byte, 0);
}

const encoder = new TextEncoder();

/** A client's frame. It is masked, as it must be, with zeros, which cost nothing. */
function frameOf(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const head = length < 126
    ? [0x80 | length]
    : length < 65536
    ? [0x80 | 126, length >> 8, length & 0xff]
    : [
      0x80 | 127,
      0,
      0,
      0,
      0,
      length >>> 24,
      length >> 16 & 0xff,
      length >> 8 & 0xff,
      length & 0xff,
    ];
  const frame = new Uint8Array(1 + head.length + 4 + length);
  frame.set([0x80 | opcode, ...head]);
  frame.set(payload, frame.length - length);
  return frame;
}
