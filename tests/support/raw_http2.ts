/**
 * HTTP/2 (RFC 9113) frame by frame, for a client that may break its rules.
 *
 * @module
 */

import { ByteReader } from "./byte_reader.ts";
import { concatenate, fromLatin1 } from "./bytes.ts";
import { certificate } from "./certificate.ts";
import { encodeFields, type Field, statusOf } from "./hpack.ts";

/** Types of frames. */
export const types = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  push: 5,
  ping: 6,
  goaway: 7,
  window: 8,
  continuation: 9,
} as const;

/** Flags of frames; the first means two things. */
export const flags = { endStream: 1, ack: 1, endHeaders: 4 } as const;

/** What came on one stream. */
export interface StreamState {
  /** 0 as long as there is no response. */
  status: number;
  text: string;
  isOver: boolean;
}

/** One frame, as it is sent. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload = new Uint8Array(0),
): Uint8Array {
  const head = new Uint8Array(9);
  const view = new DataView(head.buffer);
  view.setUint32(0, payload.length << 8 | type);
  head[4] = flags;
  view.setUint32(5, stream);
  return concatenate([head, payload]);
}

/** An integer of four bytes. */
export function uint32(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/** A request's head; without a body that is all. */
export function headers(stream: number, fields: readonly Field[], isAll: boolean): Uint8Array {
  const all = flags.endHeaders | (isAll ? flags.endStream : 0);
  return frame(types.headers, all, stream, encodeFields(fields) as Uint8Array<ArrayBuffer>);
}

/** One connection. */
export class Http2Connection implements Disposable {
  readonly #conn: Deno.Conn;
  readonly #reader: ByteReader;
  readonly #streams = new Map<number, StreamState>();
  #closed = false;
  /** How many pings the server has answered. */
  pongs = 0;
  /** Settles when the server has ended it. */
  readonly over: Promise<void>;

  private constructor(conn: Deno.Conn) {
    this.#conn = conn;
    this.#reader = new ByteReader(conn);
    this.over = this.#read().catch(() => {});
  }

  /** Connects, by TLS or in clear text, and introduces itself. */
  static async open(port: number, isSecure: boolean): Promise<Http2Connection> {
    const conn = isSecure
      ? await Deno.connectTls({
        ...{ hostname: "localhost", port, caCerts: [certificate.cert] },
        alpnProtocols: ["h2"],
      })
      : await Deno.connect({ hostname: "127.0.0.1", port });
    const connection = new Http2Connection(conn);
    const noTable = new Uint8Array([0, 1, 0, 0, 0, 0]);
    await connection.write(
      fromLatin1("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
      frame(types.settings, 0, 0, noTable),
    );
    return connection;
  }

  /** Sends bytes; whether they arrive will be seen. */
  async write(...parts: Uint8Array[]): Promise<void> {
    try {
      let bytes = concatenate(parts);
      while (bytes.length > 0) bytes = bytes.subarray(await this.#conn.write(bytes));
    } catch {
      this.close();
    }
  }

  /** What has come on a stream so far. */
  stateOf(stream: number): StreamState {
    const stateOf = this.#streams.get(stream) ?? { status: 0, text: "", isOver: false };
    this.#streams.set(stream, stateOf);
    return stateOf;
  }

  async #read(): Promise<void> {
    while (true) {
      const head = await this.#reader.exactly(9);
      if (head === undefined) return;
      const view = new DataView(head.buffer, head.byteOffset);
      const [length, type, bits] = [view.getUint32(0) >>> 8, head[3] ?? 0, head[4] ?? 0];
      const payload = length === 0 ? new Uint8Array(0) : await this.#reader.exactly(length);
      await this.#take(type, bits, view.getUint32(5), payload ?? new Uint8Array(0));
    }
  }

  async #take(type: number, bits: number, stream: number, payload: Uint8Array): Promise<void> {
    const stateOf = stream === 0 ? undefined : this.stateOf(stream);
    const isAck = (bits & flags.ack) !== 0;
    if (type === types.settings && !isAck) await this.write(frame(type, flags.ack, 0));
    if (type === types.ping && isAck) this.pongs++;
    else if (type === types.ping) {
      await this.write(frame(type, flags.ack, 0, payload as Uint8Array<ArrayBuffer>));
    }
    if (stateOf === undefined) return;
    if (type === types.headers && stateOf.status === 0) stateOf.status = statusOf(payload);
    if (type === types.data) stateOf.text += new TextDecoder().decode(payload);
    const ends = type === types.data || type === types.headers;
    if (type === types.reset || ends && (bits & flags.endStream) !== 0) stateOf.isOver = true;
  }

  close(): void {
    if (!this.#closed) this.#conn.close();
    this.#closed = true;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
