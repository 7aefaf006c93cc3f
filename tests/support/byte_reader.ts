/**
 * Reads exact numbers of bytes, and lines, from a connection.
 *
 * @module
 */

import { concatenate, latin1 } from "./bytes.ts";

/** How long a test waits for bytes before it says that they did not come. */
const timeLimit = 30_000;

/** The server sends nothing, and does not end the connection either. */
export class Silence extends Error {}

/** The connection ended where there had to be more. */
export class BrokenOff extends Error {}

/** Reads a TCP connection by line, by length or to its end. */
export class ByteReader {
  readonly #conn: Deno.Conn;
  #buffer: Uint8Array = new Uint8Array(0);
  #ended = false;

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** A line without its CRLF; `undefined` when the connection ended before it. */
  async line(): Promise<string | undefined> {
    let searched = 0;
    while (true) {
      const end = indexOfLineBreak(this.#buffer, searched);
      if (end >= 0) return latin1(this.#take(end + 2).subarray(0, end));
      searched = Math.max(0, this.#buffer.length - 1);
      if (!await this.#fill()) {
        if (this.#buffer.length === 0) return undefined;
        throw new BrokenOff(`The connection ended in a line: ${latin1(this.#buffer)}`);
      }
    }
  }

  /** That many bytes, not fewer; `undefined` when the connection ended before the first. */
  async exactly(length: number): Promise<Uint8Array | undefined> {
    while (this.#buffer.length < length) {
      if (await this.#fill()) continue;
      if (this.#buffer.length === 0) return undefined;
      throw new BrokenOff(`The connection ended after ${this.#buffer.length} of ${length} bytes`);
    }
    return this.#take(length);
  }

  /** Everything until the server ends the connection, which may take `within` ms. */
  async toEnd(within = timeLimit): Promise<Uint8Array> {
    while (await this.#fill(within));
    return this.#take(this.#buffer.length);
  }

  #take(length: number): Uint8Array {
    const taken = this.#buffer.slice(0, length);
    this.#buffer = this.#buffer.subarray(length);
    return taken;
  }

  /** Appends what the server sends next; false at the end of the connection. */
  async #fill(within = timeLimit): Promise<boolean> {
    if (this.#ended) return false;
    const bytes = new Uint8Array(65536);
    const count = await this.#read(bytes, within);
    if (count === null) {
      this.#ended = true;
      return false;
    }
    this.#buffer = concatenate([this.#buffer, bytes.subarray(0, count)]);
    return true;
  }

  async #read(into: Uint8Array, within: number): Promise<number | null> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const sofar = latin1(this.#buffer.subarray(0, 200));
      reject(new Silence(`No more bytes in ${within} ms after "${sofar}"`));
    }, within);
    try {
      return await Promise.race([this.#conn.read(into), promise]);
    } catch (error) {
      // A reset is an end too. Callers that need more bytes throw.
      if (error instanceof Deno.errors.ConnectionReset) return null;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

function indexOfLineBreak(bytes: Uint8Array, from: number): number {
  for (
    let at = bytes.indexOf(13, from);
    at >= 0;
    at = bytes.indexOf(13, at + 1)
  ) {
    if (bytes[at + 1] === 10) return at;
  }
  return -1;
}
