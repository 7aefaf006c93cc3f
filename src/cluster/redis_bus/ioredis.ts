/**
 * Clients of the package `ioredis`.
 *
 * @module
 */

import { attempt } from "../attempt.ts";
import type { AdapterListener, RedisAdapter } from "./redis_adapter.ts";

/** A client that `new Redis()` of the package `ioredis` makes. */
export interface IoredisClient {
  /** Such as "ready". */
  readonly status: string;
  /** Options that it was made with. */
  readonly options: {
    readonly autoResendUnfulfilledCommands?: boolean | undefined;
    readonly autoResubscribe?: boolean | undefined;
  };
  /** Connects it. */
  connect(): Promise<unknown>;
  /** Sends a command. */
  call(command: string, ...args: string[]): Promise<unknown>;
  /** Subscribes to channels. */
  subscribe(...channels: string[]): Promise<unknown>;
  /** Leaves channels. */
  unsubscribe(...channels: string[]): Promise<unknown>;
  /** Adds a listener. */
  on(event: string, listener: (...args: string[]) => void): unknown;
  /** Removes a listener. */
  off(event: string, listener: (...args: string[]) => void): unknown;
}

/** Whether a value is such a client, or one for a cluster. */
export function isIoredis(client: object): client is IoredisClient {
  return "call" in client && "status" in client;
}

/** Whether it is a client for a cluster. */
export function isIoredisCluster(client: IoredisClient): boolean {
  return "isCluster" in client && client.isCluster === true;
}

/** What it has sent never settles if the connection ends, unless it sends it again. */
export class IoredisAdapter implements RedisAdapter {
  readonly #client: IoredisClient;
  readonly #listener: AdapterListener;
  readonly #events: [event: string, listener: (...args: string[]) => void][];
  /** Rejects commands that have no answer yet. */
  readonly #unanswered = new Set<(error: Error) => void>();

  constructor(client: IoredisClient, listener: AdapterListener) {
    this.#client = client;
    this.#listener = listener;
    this.#events = [
      ["ready", () => listener.ready()],
      ["close", () => {
        this.#rejectUnanswered();
        listener.lost();
      }],
      ["error", (error) => listener.failed(error)],
      ["message", (channel, payload) => listener.message(channel!, payload!)],
    ];
    for (const [event, listener] of this.#events) client.on(event, listener);
  }

  get isReady(): boolean {
    return this.#client.status === "ready";
  }

  connect(): void {
    // With the option `lazyConnect`, and after it has given up.
    if (!["wait", "end"].includes(this.#client.status)) return;
    this.#client.connect().catch((error) => this.#listener.failed(error));
  }

  command(name: string, args: string[]): Promise<unknown> {
    return this.#settling(() => this.#client.call(name, ...args));
  }

  subscribe(channels: string[]): Promise<unknown> {
    return this.#settling(() => this.#client.subscribe(...channels));
  }

  unsubscribe(channel: string): Promise<unknown> {
    return this.#settling(() => this.#client.unsubscribe(channel));
  }

  release(): void {
    for (const [event, listener] of this.#events) {
      if (event !== "error") this.#client.off(event, listener);
    }
  }

  /** Makes a call that also settles when the connection ends. */
  #settling(call: () => Promise<unknown>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#unanswered.add(reject);
      attempt(call).then(resolve, reject).finally(() => this.#unanswered.delete(reject));
    });
  }

  #rejectUnanswered(): void {
    for (const reject of this.#unanswered) reject(new Error("The connection has ended"));
    this.#unanswered.clear();
  }
}
