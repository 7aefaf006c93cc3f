/**
 * A websocket client that sends exactly the frames it is given.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { Silence } from "./byte_reader.ts";
import { concatenate, latin1 } from "./bytes.ts";
import type { HttpConnection } from "./raw_http.ts";
import { decode, type RawResponse } from "./raw_response.ts";

/** The opcodes of RFC 6455, section 5.2. */
export const opcodes = {
  continuation: 0,
  text: 1,
  binary: 2,
  close: 8,
  ping: 9,
  pong: 10,
} as const;

/** A frame to send. */
export interface RawFrame {
  opcode: number;
  payload?: string | Uint8Array;
  /** Whether it is the message's last frame. The default is true. */
  fin?: boolean;
}

/** What the server sent. */
export type WebSocketEvent =
  | { type: "text"; text: string }
  | { type: "pong"; text: string }
  | { type: "close"; code: number; reason: string };

/** The headers of a faultless handshake. */
export const handshake: Readonly<Record<string, string>> = {
  "Upgrade": "websocket",
  "Connection": "Upgrade",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** What RFC 6455, section 1.3, says is the response to the key above. */
const expectedAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** One websocket, open from the start. */
export class RawWebSocket {
  /** The 101. */
  readonly response: RawResponse;
  /** How many pings have come. */
  pings = 0;
  answersPings = true;
  readonly #connection: HttpConnection;

  private constructor(connection: HttpConnection, response: RawResponse) {
    this.#connection = connection;
    this.response = response;
  }

  /** Shakes hands; fails unless the server agrees. */
  static async open(
    connection: HttpConnection,
    path: string,
    headers: Record<string, string> = {},
  ): Promise<RawWebSocket> {
    const response = await connection.exchange({
      path,
      headers: { ...handshake, ...headers },
    });
    assertEquals(response.status, 101, `GET ${path}: ${response.body}`);
    assertEquals(response.header("sec-websocket-accept"), expectedAccept);
    return new RawWebSocket(connection, response);
  }

  /** Sends frames, all in one packet. */
  async send(...frames: RawFrame[]): Promise<void> {
    await this.#connection.write(concatenate(frames.map(encodeFrame)));
  }

  /** Sends text messages, each as one frame. */
  async sendText(...messages: (string | Uint8Array)[]): Promise<void> {
    await this.send(...messages.map((payload) => ({ opcode: 1, payload })));
  }

  /** Sends a close frame; without a code an empty one. */
  async sendClose(code?: number, reason = ""): Promise<void> {
    await this.send({ opcode: opcodes.close, payload: closing(code, reason) });
  }

  /** Sends bytes that need not be a frame. */
  async sendGarbage(bytes: Uint8Array): Promise<void> {
    await this.#connection.write(bytes);
  }

  /** The next text message; fails on anything else. */
  async message(): Promise<string> {
    const event = await this.next();
    if (event.type === "text") return event.text;
    throw new Error(`Expected a message, got ${JSON.stringify(event)}`);
  }

  /** The close frame, which must come next; answers it and waits for the end. */
  async closed(): Promise<{ code: number; reason: string }> {
    const event = await this.next();
    if (event.type === "close") {
      return { code: event.code, reason: event.reason };
    }
    throw new Error(`Expected the close, got ${JSON.stringify(event)}`);
  }

  /**
   * The server's next message or close. Pings are answered by default. A connection that ends
   * without a close frame is a close with 1006, as in a browser.
   */
  async next(): Promise<WebSocketEvent> {
    let text = "";
    while (true) {
      const frame = await this.#frame();
      if (frame === undefined) return { type: "close", code: 1006, reason: "" };
      const { opcode, payload, fin } = frame;
      if (opcode === opcodes.ping) {
        this.pings++;
        if (this.answersPings) await this.send({ opcode: opcodes.pong, payload });
      } else if (opcode === opcodes.pong) {
        // Pings may carry whatever they like.
        return { type: "pong", text: latin1(payload) };
      } else if (opcode === opcodes.close) {
        await this.#answerClose(payload);
        return { type: "close", ...parseClose(payload) };
      } else if (
        opcode === opcodes.text || opcode === opcodes.continuation
      ) {
        text += decode(payload);
        if (fin) return { type: "text", text };
      } else {
        throw new Error(`A frame with opcode ${opcode}`);
      }
    }
  }

  /** Ends the TCP connection without a word. */
  abort(): void {
    this.#connection.close();
  }

  /** Bun has ended the connection by now; Deno waits for this frame. */
  async #answerClose(payload: Uint8Array): Promise<void> {
    try {
      await this.send({ opcode: opcodes.close, payload });
      await this.#connection.reader.toEnd();
    } catch (error) {
      // The server has disconnected already, and needs no close frame.
      if (error instanceof Silence) throw error;
    }
    this.#connection.close();
  }

  async #frame() {
    const start = await this.#connection.reader.exactly(2);
    if (start === undefined) return undefined;
    const [first = 0, second = 0] = start;
    assertEquals(first & 0x70, 0, "reserved bits");
    assertEquals(second & 0x80, 0, "a server does not mask");
    let length = second & 0x7f;
    if (length > 125) {
      const size = await this.#rest(length === 126 ? 2 : 8);
      length = size.reduce((sum, byte) => sum * 256 + byte, 0);
    }
    const payload = length === 0 ? new Uint8Array(0) : await this.#rest(length);
    return { opcode: first & 0x0f, fin: (first & 0x80) !== 0, payload };
  }

  async #rest(length: number): Promise<Uint8Array> {
    const bytes = await this.#connection.reader.exactly(length);
    if (bytes === undefined) throw new Error("The connection ended in a frame");
    return bytes;
  }
}

/** The bytes of a client's frame; a fixed mask is as good as any here. */
function encodeFrame(frame: RawFrame): Uint8Array {
  const { opcode, payload = "", fin = true } = frame;
  const mask = [0x37, 0xfa, 0x21, 0x3d] as const;
  const data = typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
  const { length } = data;
  const head = [(fin ? 0x80 : 0) | opcode];
  if (length < 126) {
    head.push(0x80 | length);
  } else if (length < 65536) {
    head.push(0x80 | 126, length >> 8, length & 0xff);
  } else {
    const size = new DataView(new ArrayBuffer(8));
    size.setBigUint64(0, BigInt(length));
    head.push(0x80 | 127, ...new Uint8Array(size.buffer));
  }
  head.push(...mask);
  const masked = data.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return concatenate([new Uint8Array(head), masked]);
}

function closing(code: number | undefined, reason: string): Uint8Array {
  if (code === undefined) return new Uint8Array(0);
  const text = new TextEncoder().encode(reason);
  return new Uint8Array([code >> 8, code & 0xff, ...text]);
}

function parseClose(payload: Uint8Array): { code: number; reason: string } {
  // 1005 is how RFC 6455 names a close frame without a code.
  if (payload.length === 0) return { code: 1005, reason: "" };
  const [high = 0, low = 0] = payload;
  return { code: high * 256 + low, reason: decode(payload.subarray(2)) };
}
