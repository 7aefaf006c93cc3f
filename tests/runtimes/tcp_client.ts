/**
 * A client that sends exactly the bytes it is given, on every runtime.
 *
 * @module
 */

import { connect, type Socket } from "node:net";
import { once } from "node:events";
import { hostname } from "./here.ts";

/** One TCP connection. All text here is bytes: a character for each, as in latin1. */
export class TcpClient {
  readonly #socket: Socket;
  #received = "";
  #over = false;
  #changed = Promise.withResolvers<void>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1");
    socket.on("data", (text) => this.#change(String(text)));
    const end = () => {
      this.#over = true;
      this.#change("");
    };
    // A reset is an end as well.
    socket.on("error", end).on("end", end).on("close", end);
  }

  /** Connects to a port of this machine. */
  static async connect(port: number): Promise<TcpClient> {
    const socket = connect({ port, host: hostname, allowHalfOpen: true });
    await once(socket, "connect");
    return new TcpClient(socket);
  }

  /** Whether the other side has ended the connection. */
  get over(): boolean {
    return this.#over;
  }

  /** Sends bytes, in one packet where they are few. */
  write(bytes: string): void {
    this.#socket.write(bytes, "latin1");
  }

  /** That many bytes; `undefined` when the connection ends before. */
  async exactly(length: number): Promise<string | undefined> {
    while (this.#received.length < length) {
      if (this.#over) return undefined;
      await this.#changed.promise;
    }
    return this.#take(length);
  }

  /** A line without its CRLF; `undefined` when the connection ends before. */
  async line(): Promise<string | undefined> {
    while (true) {
      const end = this.#received.indexOf("\r\n");
      if (end >= 0) return this.#take(end + 2).slice(0, end);
      if (this.#over) return undefined;
      await this.#changed.promise;
    }
  }

  /** All there is until the other side ends the connection. */
  async toEnd(): Promise<string> {
    while (!this.#over) await this.#changed.promise;
    return this.#take(this.#received.length);
  }

  /** Ends the connection in the middle of whatever goes on. */
  vanish(): void {
    this.#socket.destroy();
  }

  /** Stops reading until `resume`. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads again. */
  resume(): void {
    this.#socket.resume();
  }

  #take(length: number): string {
    const taken = this.#received.slice(0, length);
    this.#received = this.#received.slice(length);
    return taken;
  }

  #change(text: string): void {
    this.#received += text;
    const { resolve } = this.#changed;
    this.#changed = Promise.withResolvers();
    resolve();
  }
}
