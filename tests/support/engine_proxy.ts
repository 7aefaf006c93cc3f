/**
 * A TCP proxy between a bus and its engine, which cuts off and stalls. On all runtimes.
 *
 * @module
 */

import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

/** On a port of its own. */
export class EngineProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Those to the engine. */
  readonly #farSockets = new Set<Socket>();
  #isCut = false;
  #isStalled = false;

  private constructor(enginePort: number) {
    this.#server = createServer((near) => {
      if (this.#isCut) return near.destroy();
      const far = connect(enginePort, "127.0.0.1");
      this.#farSockets.add(far);
      far.once("close", () => this.#farSockets.delete(far));
      this.#join(near, far);
      this.#join(far, near);
    });
  }

  /** Opens one to a port of this machine. */
  static async open(enginePort: number): Promise<EngineProxy> {
    const proxy = new EngineProxy(enginePort);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  /** Where it listens. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections, and each new one at once. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Passes nothing on. */
  stall(): void {
    this.#isStalled = true;
    for (const socket of this.#sockets) socket.pause();
  }

  /** Passes on only what goes to the engine. */
  stallAnswers(): void {
    for (const socket of this.#farSockets) socket.pause();
  }

  /** Works as before again. */
  mend(): void {
    this.#isCut = false;
    this.#isStalled = false;
    for (const socket of this.#sockets) socket.resume();
  }

  /** Ends all connections, and takes no more. */
  close(): void {
    this.cut();
    this.#server.close();
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.setNoDelay();
    from.on("data", (bytes: Uint8Array) => to.write(bytes));
    from.on("error", () => {});
    from.on("close", () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    if (this.#isStalled) from.pause();
  }
}
