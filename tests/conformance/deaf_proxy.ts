/**
 * A proxy that does not notice that its client has disconnected, and goes on reading from the
 * server.
 *
 * @module
 */

/** Passes on bytes between clients and one server on this machine. */
export class DeafProxy implements Disposable {
  readonly #listener: Deno.TcpListener;
  readonly #connections: Deno.Conn[] = [];
  readonly #target: number;

  constructor(target: number) {
    this.#target = target;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    this.#accept();
  }

  /** Where it listens. */
  get port(): number {
    return this.#listener.addr.port;
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    for (const connection of this.#connections) connection.close();
  }

  async #accept(): Promise<void> {
    for await (const client of this.#listener) {
      const server = await Deno.connect({ hostname: "127.0.0.1", port: this.#target });
      this.#connections.push(client, server);
      pass(client, server);
      pass(server, client);
    }
  }
}

/** Takes all that comes from one, be the other there or not. */
async function pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  try {
    for (let count; (count = await from.read(buffer)) !== null;) {
      let bytes = buffer.subarray(0, count);
      try {
        while (bytes.length > 0) bytes = bytes.subarray(await to.write(bytes));
      } catch {
        // It has gone, which nobody is told.
      }
    }
  } catch {
    // Reset, or closed by us.
  }
}
