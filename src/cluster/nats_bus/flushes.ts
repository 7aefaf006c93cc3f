/**
 * Confirmations of a NATS server that it has what was sent to it.
 *
 * @module
 */

import type { CallTimeouts } from "../call_timeouts.ts";
import type { NatsConnection } from "./nats_client.ts";

/** Bytes that may wait for the server. */
const maxBytes = 64 * 1024 * 1024;

/** Something that was sent, and is to be confirmed. */
interface Sent {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Asks for them: the client loses what it sends while the connection breaks, and does not tell. One
 * question does for everything that was sent before it.
 */
export class Flushes {
  readonly #connection: NatsConnection;
  readonly #timeouts: CallTimeouts;
  #sent: Sent[] = [];
  #sentBytes = 0;
  #isAsking = false;
  /** Bytes that are neither confirmed nor lost. */
  bytes = 0;

  constructor(connection: NatsConnection, timeouts: CallTimeouts) {
    this.#connection = connection;
    this.#timeouts = timeouts;
  }

  /**
   * Checks that so many bytes may be sent: the client keeps what the server does not take, also what
   * nobody waits for any more.
   *
   * @throws {Error} If too much waits already.
   */
  checkRoom(bytes: number): void {
    if (this.bytes + bytes <= maxBytes) return;
    throw new Error(`${maxBytes} bytes wait for the NATS server already`);
  }

  /**
   * Resolves when the server has everything that was sent before, such as a message of so many bytes.
   * Rejects if that is unknown.
   */
  confirmed(bytes = 0): Promise<void> {
    this.bytes += bytes;
    this.#sentBytes += bytes;
    return new Promise((resolve, reject) => {
      this.#sent.push({ resolve, reject });
      if (this.#isAsking) return;
      this.#isAsking = true;
      // Together with all that is sent in the same piece of code.
      queueMicrotask(() => this.#ask());
    });
  }

  async #ask(): Promise<void> {
    while (this.#sent.length > 0) {
      const sent = this.#sent;
      this.#sent = [];
      try {
        await this.#timeouts.run("send", () => this.#flush());
        for (const { resolve } of sent) resolve();
      } catch (error) {
        for (const { reject } of sent) reject(error);
      }
    }
    this.#isAsking = false;
  }

  /** Also after its time, what waits in the client counts until it is confirmed or lost. */
  async #flush(): Promise<void> {
    const bytes = this.#sentBytes;
    this.#sentBytes = 0;
    try {
      await this.#connection.flush();
    } finally {
      this.bytes -= bytes;
    }
  }
}
