/**
 * Clients of the package `redis` (node-redis).
 *
 * @module
 */

import type { AdapterListener, RedisAdapter } from "./redis_adapter.ts";

/** A client that `createClient` of the package `redis` makes. */
export interface NodeRedisClient {
  /** Whether it is connected, or connects again by itself. */
  readonly isOpen: boolean;
  /** Whether it is connected now. */
  readonly isReady: boolean;
  /** Connects it. */
  connect(): Promise<unknown>;
  /** Sends a command. */
  sendCommand(args: string[]): Promise<unknown>;
  /** Subscribes to channels. */
  subscribe(channels: string[], listener: NodeRedisListener): Promise<unknown>;
  /** Leaves channels. */
  unsubscribe(channels: string[], listener: NodeRedisListener): Promise<unknown>;
  /** Adds a listener. */
  on(event: string, listener: (error: Error) => void): unknown;
  /** Removes a listener. */
  off(event: string, listener: (error: Error) => void): unknown;
}

/** Gets what is published. */
export type NodeRedisListener = (message: string, channel: string) => void;

/** Whether a value is such a client, or one for a cluster or Sentinel. */
export function isNodeRedis(client: object): client is NodeRedisClient {
  return "sendCommand" in client && "isReady" in client;
}

/** Whether it is a single client: commands of the others have other arguments. */
export function isSingleNodeRedis(client: NodeRedisClient): boolean {
  return !["slots", "acquire", "getSentinelNode"].some((name) => name in client);
}

/** It subscribes anew by itself when it is connected again. */
export class NodeRedisAdapter implements RedisAdapter {
  readonly #client: NodeRedisClient;
  readonly #listener: AdapterListener;
  readonly #events: [event: string, listener: (error: Error) => void][];
  /** The same each time, so that the client calls it once. */
  readonly #received: NodeRedisListener;
  /** Channels that it may take for subscribed. */
  readonly #channels = new Set<string>();

  constructor(client: NodeRedisClient, listener: AdapterListener) {
    this.#client = client;
    this.#listener = listener;
    this.#received = (message, channel) => listener.message(channel, message);
    const lost = () => listener.lost();
    this.#events = [
      ["ready", () => listener.ready()],
      ["reconnecting", lost],
      ["end", lost],
      // Without a listener, Node ends the process.
      ["error", (error) => listener.failed(error)],
    ];
    for (const [event, listener] of this.#events) client.on(event, listener);
  }

  get isReady(): boolean {
    return this.#client.isReady;
  }

  connect(): void {
    if (this.#client.isOpen) return;
    this.#client.connect().catch((error) => this.#listener.failed(error));
  }

  command(name: string, args: string[]): Promise<unknown> {
    return this.#client.sendCommand([name, ...args]);
  }

  async subscribe(channels: string[]): Promise<unknown> {
    const known = channels.filter((channel) => this.#channels.has(channel));
    for (const channel of channels) this.#channels.add(channel);
    // For a channel that the client takes for subscribed, it sends nothing. Without the listener, it
    // would not know in time that the channel is left, and lose it.
    if (known.length > 0) this.#client.unsubscribe(known, this.#received).catch(() => {});
    return await this.#client.subscribe(channels, this.#received);
  }

  async unsubscribe(channel: string): Promise<unknown> {
    this.#channels.delete(channel);
    return await this.#client.unsubscribe([channel], this.#received);
  }

  release(): void {
    for (const [event, listener] of this.#events) {
      if (event !== "error") this.#client.off(event, listener);
    }
  }
}
