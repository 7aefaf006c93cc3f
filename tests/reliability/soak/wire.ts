/**
 * A TCP connection to the server that is cheap enough for thousands in one process: all share one
 * read buffer, and none has a timer.
 *
 * @module
 */

/** What ends reading where {@linkcode Wire.stopReading} was called. */
export class Stopped extends Error {}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** One TCP connection. */
export class Wire {
  readonly #conn: Deno.Conn;
  #buffer = new Uint8Array(4096);
  #start = 0;
  #end = 0;
  #stopped = false;
  #closed = false;
  /** Writes wait for each other, for a long one may take several. */
  #written: Promise<void> = Promise.resolve();

  private constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** Connects. */
  static async open(port: number): Promise<Wire> {
    return new Wire(await Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** Sends bytes, or text as UTF-8, after what is being sent. */
  write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? encoder.encode(data) : data;
    const written = this.#written.then(() => this.#writeAll(bytes));
    this.#written = written.catch(() => {});
    return written;
  }

  /** The text before an end, which is taken too. */
  async until(end: "\r\n" | "\r\n\r\n"): Promise<string> {
    let searched = 0;
    while (true) {
      const at = this.#find(end, searched);
      if (at >= 0) {
        const text = decoder.decode(this.#buffer.subarray(this.#start, at));
        this.#start = at + end.length;
        return text;
      }
      searched = Math.max(0, this.#end - this.#start - end.length);
      await this.#fill();
    }
  }

  /** That many bytes; they are good until the next read. */
  async bytes(length: number): Promise<Uint8Array> {
    while (this.#end - this.#start < length) await this.#fill(length);
    this.#start += length;
    return this.#buffer.subarray(this.#start - length, this.#start);
  }

  /** That many bytes of UTF-8. */
  async text(length: number): Promise<string> {
    return length === 0 ? "" : decoder.decode(await this.bytes(length));
  }

  /** Has reading end by {@linkcode Stopped}, after what is being read has come. */
  stopReading(): void {
    this.#stopped = true;
  }

  /** Ends the connection: by an RST where bytes of the server are unread, else by a FIN. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#conn.close();
  }

  #find(end: string, searched: number): number {
    const buffer = this.#buffer;
    const last = this.#end - end.length;
    for (let at = this.#start + searched; at <= last; at++) {
      at = buffer.indexOf(13, at);
      if (at < 0 || at > last) return -1;
      if (buffer[at + 1] !== 10) continue;
      if (end.length === 2 || (buffer[at + 2] === 13 && buffer[at + 3] === 10)) return at;
    }
    return -1;
  }

  async #fill(wanted = 0): Promise<void> {
    if (this.#stopped) throw new Stopped();
    this.#makeRoom(wanted);
    const count = await this.#conn.read(this.#buffer.subarray(this.#end));
    if (count === null) throw new Error("The server ended the connection");
    this.#end += count;
  }

  /** Room for at least one byte, and for the bytes that are wanted in all. */
  #makeRoom(wanted: number): void {
    const length = this.#end - this.#start;
    if (length === 0) this.#start = this.#end = 0;
    const size = Math.max(wanted, length + 1);
    if (this.#start + size <= this.#buffer.length) return;
    const buffer = size <= this.#buffer.length
      ? this.#buffer
      : new Uint8Array(2 ** Math.ceil(Math.log2(size)));
    buffer.set(this.#buffer.subarray(this.#start, this.#end));
    this.#buffer = buffer;
    this.#start = 0;
    this.#end = length;
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }
}
