/**
 * A TCP proxy on a port of its own.
 *
 * @module
 */

import { certificate } from "./certificate.ts";

/** A port beside that of a server. */
export class Tunnel implements Disposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connect: () => Promise<Deno.Conn>;
  readonly #open = new Set<Deno.Conn>();
  #isCut = false;

  private constructor(connect: () => Promise<Deno.Conn>) {
    this.#connect = connect;
    this.#accept();
  }

  /** To a port on this machine, with the bytes as they are. */
  static plain(port: number): Tunnel {
    return new Tunnel(() => Deno.connect({ hostname: "127.0.0.1", port }));
  }

  /** To a port where TLS is spoken, for clients of HTTP/1.1 that do not speak it. */
  static tls(port: number): Tunnel {
    const caCerts = [certificate.cert];
    const alpnProtocols = ["http/1.1"];
    return new Tunnel(() =>
      Deno.connectTls({ hostname: "localhost", port, caCerts, alpnProtocols })
    );
  }

  /** Where connections are taken. */
  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Ends all connections, and each new one at once. */
  cut(): void {
    this.#isCut = true;
    for (const conn of this.#open) close(conn);
    this.#open.clear();
  }

  /** Takes connections again after a cut. */
  mend(): void {
    this.#isCut = false;
  }

  /** Ends all connections, and takes no more. */
  [Symbol.dispose](): void {
    this.#listener.close();
    this.cut();
  }

  async #accept(): Promise<void> {
    try {
      for await (const near of this.#listener) {
        if (this.#isCut) near.close();
        else await this.#connect().then((far) => this.#join(near, far), () => near.close());
      }
    } catch {
      // It was closed.
    }
  }

  #join(near: Deno.Conn, far: Deno.Conn): void {
    for (const [from, to] of [[near, far], [far, near]] as const) {
      this.#open.add(from);
      // When one of them ends, so does the other.
      from.readable.pipeTo(to.writable).catch(() => {}).finally(() => this.#open.delete(from));
    }
  }
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // Its pipe has closed it, and has not yet said so.
  }
}
