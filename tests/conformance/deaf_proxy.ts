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

/** Reads everything from one side, even if the other side has disconnected. */
async function pass(from: Deno.Conn, to: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(16 * 1024);
  try {
    for (let count; (count = await from.read(buffer)) !== null;) {
      let bytes = buffer.subarray(0, count);
      try {
        while (bytes.length > 0) bytes = bytes.subarray(await to.write(bytes));
      } catch {
        // It has disconnected, which this proxy ignores.
      }
    }
  } catch {
    // Reset, or closed by us.
  }
}
