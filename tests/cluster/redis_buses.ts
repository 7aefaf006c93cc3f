/**
 * Redis buses with clients of one library, each behind proxies of its own.
 *
 * @module
 */

import { redisBus, type RedisClient } from "../../src/adapters/redis.ts";
import type { Bus, Interruption } from "../../src/cluster/bus_suite.ts";
import { EngineProxy } from "../support/engine_proxy.ts";
import { openRedisClient, type RedisLibrary } from "../support/redis_clients.ts";
import type { RedisServer } from "../support/redis_server.ts";

/** A bus, and what is between it and Redis. */
export interface OpenBus {
  readonly bus: Bus;
  readonly client: RedisClient;
  readonly subscriber: RedisClient;
  readonly proxies: { readonly client: EngineProxy; readonly subscriber: EngineProxy };
  /** What it has told. */
  readonly told: Interruption[];
  readonly log: string[];
}

/** All that a test opens. */
export class RedisBuses {
  readonly library: RedisLibrary;
  readonly server: RedisServer;
  readonly #opened: OpenBus[] = [];
  readonly #ends: (() => void)[] = [];

  constructor(library: RedisLibrary, server: RedisServer) {
    this.library = library;
    this.server = server;
  }

  /** Makes one as another process would. */
  async open(timeout?: number): Promise<OpenBus> {
    const { port } = this.server;
    const proxies = {
      client: await EngineProxy.open(port),
      subscriber: await EngineProxy.open(port),
    };
    const client = await this.client(proxies.client.port);
    const subscriber = await this.client(proxies.subscriber.port);
    const log: string[] = [];
    const bus = redisBus({
      client,
      subscriber,
      timeout,
      log: (message) => log.push(message),
    });
    const told: Interruption[] = [];
    bus.watch({ back: (interruption) => told.push(interruption) });
    const opened = { bus, client, subscriber, proxies, told, log };
    this.#opened.push(opened);
    return opened;
  }

  /** A client of its own, by default without a proxy. */
  async client(port?: number): Promise<RedisClient> {
    const { client, end } = await openRedisClient(this.library, this.server.url(port));
    this.#ends.push(end);
    return client;
  }

  /** The proxies of a bus, or of all. */
  proxies(bus?: Bus): EngineProxy[] {
    return this.#opened.filter((opened) => bus === undefined || opened.bus === bus)
      .flatMap(({ proxies }) => Object.values(proxies));
  }

  /** Closes all. */
  async close(): Promise<void> {
    for (const proxy of this.proxies()) proxy.mend();
    await Promise.all(this.#opened.map(({ bus }) => bus.close()));
    for (const end of this.#ends.splice(0)) end();
    for (const proxy of this.proxies()) proxy.close();
    this.#opened.length = 0;
  }
}
