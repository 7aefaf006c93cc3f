/**
 * Clients of the class `RedisClient` that the runtime has built in.
 *
 * @module
 */

import { attempt } from "../attempt.ts";
import type { AdapterListener, RedisAdapter } from "./redis_adapter.ts";

/** A client that `new RedisClient()` of the module `bun` makes. */
export interface BuiltInRedisClient {
  /** Whether it is connected now. */
  readonly connected: boolean;
  /** Called when it is connected. The bus calls a former one, too. */
  onconnect: unknown;
  /** Called when it has given up. The bus calls a former one, too. */
  onclose: unknown;
  /** Connects it. */
  connect(): Promise<unknown>;
  /** Sends a command. */
  send(command: string, args: string[]): Promise<unknown>;
  /** Subscribes to channels. */
  subscribe(channels: string[], listener: BuiltInListener): Promise<unknown>;
  /** Leaves channels. */
  unsubscribe(channels: string[]): Promise<unknown>;
}

/** Gets what is published. */
export type BuiltInListener = (message: string, channel: string) => void;

/**
 * A channel on which nothing is published. Valkey refuses UNSUBSCRIBE on a connection without any
 * subscription, and the client ends the connection at that.
 */
const placeholder = "sj:bus:placeholder";

/** Whether a value is such a client. */
export function isBuiltInRedis(client: object): client is BuiltInRedisClient {
  return "send" in client && "connected" in client && "onconnect" in client;
}

/**
 * When it is connected again, nothing is subscribed, and only `onconnect` tells that it was cut off.
 * After about thirty seconds it gives up, and calls `onclose`.
 */
export class BuiltInRedisAdapter implements RedisAdapter {
  readonly #client: BuiltInRedisClient;
  readonly #listener: AdapterListener;
  /** The application's own. */
  readonly #former: { onconnect: unknown; onclose: unknown };
  readonly #onconnect: () => void;
  readonly #onclose: (error: unknown) => void;
  readonly #received: BuiltInListener;
  /** Channels that have the listener, which the client would add again. */
  readonly #channels = new Set<string>();
  #isConnecting = false;
  #hasGivenUp: boolean;

  constructor(client: BuiltInRedisClient, listener: AdapterListener) {
    this.#client = client;
    this.#listener = listener;
    this.#received = (message, channel) => listener.message(channel, message);
    this.#hasGivenUp = !client.connected;
    const { onconnect, onclose } = client;
    this.#former = { onconnect, onclose };
    this.#onconnect = () => {
      this.#hasGivenUp = false;
      if (typeof onconnect === "function") onconnect.call(client);
      listener.ready();
    };
    this.#onclose = (error) => {
      this.#hasGivenUp = true;
      if (typeof onclose === "function") onclose.call(client, error);
      listener.failed(error);
      listener.lost();
    };
    client.onconnect = this.#onconnect;
    client.onclose = this.#onclose;
  }

  get isReady(): boolean {
    return this.#client.connected;
  }

  connect(): void {
    if (!this.#hasGivenUp || this.#isConnecting) return;
    this.#isConnecting = true;
    attempt(() => this.#client.connect()).catch((error) => this.#listener.failed(error)).finally(
      () => {
        this.#isConnecting = false;
      },
    );
  }

  command(name: string, args: string[]): Promise<unknown> {
    return this.#client.send(name, args);
  }

  async subscribe(channels: string[]): Promise<unknown> {
    const known = channels.filter((channel) => this.#channels.has(channel));
    for (const channel of channels) this.#channels.add(channel);
    if (known.length === 0) return await this.#client.subscribe(channels, this.#received);
    // Not awaited, so that nobody else's call comes in between.
    this.#ignore(() => this.#client.subscribe([placeholder], () => {}));
    this.#ignore(() => this.#client.unsubscribe(known));
    const subscribed = this.#client.subscribe(channels, this.#received);
    this.#ignore(() => this.#client.unsubscribe([placeholder]));
    return await subscribed;
  }

  async unsubscribe(channel: string): Promise<unknown> {
    this.#channels.delete(channel);
    return await this.#client.unsubscribe([channel]);
  }

  /** Makes a call that rejects, or throws, where it was not needed. */
  #ignore(call: () => Promise<unknown>): void {
    attempt(call).catch(() => {});
  }

  release(): void {
    if (this.#client.onconnect === this.#onconnect) this.#client.onconnect = this.#former.onconnect;
    if (this.#client.onclose === this.#onclose) this.#client.onclose = this.#former.onclose;
  }
}
