/**
 * The stock client, `sockjs-client` from npm, wrapped for tests.
 *
 * @module
 */

import sockjs from "sockjs-client";

/** The client's events, with what of them the tests look at. */
interface ClientEvents {
  open: unknown;
  message: { readonly data: string };
  heartbeat: unknown;
  close: ClientClose;
}

/** How a connection ended, as the client reports it. */
export interface ClientClose {
  code: number;
  reason: string;
  wasClean: boolean;
}

/** What the tests use of the client; the package comes without types. */
interface SockJS {
  readonly transport: string | null;
  addEventListener<Name extends keyof ClientEvents>(
    name: Name,
    listener: (event: ClientEvents[Name]) => void,
  ): void;
  send(message: string): void;
  close(code?: number, reason?: string): void;
}

interface ClientOptions {
  /** Those that it may use; all of them unless given. */
  transports?: readonly string[];
  sessionId: () => string;
  /** How long a transport may take to open, ms. */
  timeout: number;
}

const Client: new (
  url: string,
  protocols: null,
  options: ClientOptions,
) => SockJS = sockjs;

/** How long a test waits for what must come, in ms. */
const timeLimit = 30_000;

/** One connection of the stock client, and all that came over it. */
export class StockClient implements AsyncDisposable {
  /** The session id in its URLs: one for all transports it tries. */
  readonly id = crypto.randomUUID();
  heartbeats = 0;
  /** The name of the transport at the open event. */
  openedOver: string | null = null;
  #received: string[] = [];
  #end: ClientClose | undefined;
  #wake = Promise.withResolvers<void>();
  readonly #client: SockJS;

  /** @param transports those that it may use; all that it has unless given. */
  constructor(url: string, transports?: readonly string[]) {
    this.#client = new Client(url, null, {
      ...(transports && { transports }),
      // By default it gives up a transport after twice the round trip and 300 ms.
      timeout: 5000,
      sessionId: () => this.id,
    });
    this.#client.addEventListener("open", () => {
      this.openedOver = this.#client.transport;
      this.#notify();
    });
    this.#client.addEventListener("message", ({ data }) => {
      this.#received.push(data);
      this.#notify();
    });
    this.#client.addEventListener("heartbeat", () => {
      this.heartbeats++;
      this.#notify();
    });
    this.#client.addEventListener("close", ({ code, reason, wasClean }) => {
      this.#end = { code, reason, wasClean };
      this.#notify();
    });
  }

  /** Connects and waits for the open event. */
  static async open(
    url: string,
    transports?: readonly string[],
  ): Promise<StockClient> {
    const client = new StockClient(url, transports);
    await client.#until("be open", () => client.openedOver !== null);
    return client;
  }

  /** The name of the transport in use; null once it is closed. */
  get transport(): string | null {
    return this.#client.transport;
  }

  send(...messages: string[]): void {
    for (const message of messages) this.#client.send(message);
  }

  /** Takes the next messages, once there are so many. */
  async receive(count: number): Promise<string[]> {
    await this.#until(
      `receive ${count} messages`,
      () => this.#received.length >= count,
    );
    return this.#received.splice(0, count);
  }

  /** What came and has not been taken. */
  get unread(): readonly string[] {
    return this.#received;
  }

  /** Waits until the server has sent so many heartbeats. */
  async heartbeat(count: number, ms: number): Promise<void> {
    await this.#until(
      `receive ${count} heartbeats`,
      () => this.heartbeats >= count,
      ms,
    );
  }

  close(code?: number, reason?: string): void {
    this.#client.close(code, reason);
  }

  /** Waits for the close event. */
  async closed(): Promise<ClientClose> {
    await this.#until("be closed", () => this.#end !== undefined);
    return this.#end as ClientClose;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#end !== undefined) return;
    this.#client.close();
    await this.closed();
  }

  #notify(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  /** Waits for events until it holds; fails when it no longer can, or takes too long. */
  async #until(
    what: string,
    holds: () => boolean,
    ms = timeLimit,
  ): Promise<void> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new Error(`It took over ${ms} ms to ${this.#try(what)}`)),
      ms,
    );
    try {
      while (!holds()) {
        if (this.#end !== undefined) {
          throw new Error(`Closed while it was to ${this.#try(what)}`);
        }
        await Promise.race([this.#wake.promise, late.promise]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #try(what: string): string {
    const { code, reason } = this.#end ?? { code: "none", reason: "" };
    return `${what}: ${this.#received.length} unread, ` +
      `${this.heartbeats} heartbeats, close ${code} ${reason}`;
  }
}
