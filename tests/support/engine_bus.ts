/**
 * Opens a bus over an engine, with clients of its own. On all runtimes.
 *
 * @module
 */

import process from "node:process";
import { Kvm } from "@nats-io/kv";
import { connect } from "@nats-io/transport-node";
import type { Bus } from "../../src/adapters/cluster.ts";
import { natsBus } from "../../src/adapters/nats.ts";
import { redisBus } from "../../src/adapters/redis.ts";
import { openRedisClient, type RedisLibrary } from "./redis_clients.ts";

/** The bucket for claims at NATS. */
export const bucketName = "claims";

/** Options of both buses. */
interface Settings {
  readonly timeout?: number;
  readonly log?: (message: string) => void;
}

/**
 * Opens one for the address of Redis or NATS; `close` also ends its clients. With Redis, each runtime
 * has another client: Bun its own, Deno node-redis, Node ioredis. The environment variable
 * `REDIS_CLIENT` sets one for all: `redis`, `ioredis`.
 */
export async function openEngineBus(url: string, settings: Settings = {}): Promise<Bus> {
  const { bus, end } = url.startsWith("nats:")
    ? await openNats(url, settings)
    : await openRedis(url, settings);
  const close = bus.close.bind(bus);
  bus.close = async () => {
    await close();
    await end();
  };
  return bus;
}

async function openRedis(url: string, settings: Settings) {
  const library = process.env["REDIS_CLIENT"] as RedisLibrary | undefined ?? ownLibrary();
  const client = await openRedisClient(library, url);
  const subscriber = await openRedisClient(library, url);
  const bus = redisBus({ client: client.client, subscriber: subscriber.client, ...settings });
  return { bus, end: () => [client, subscriber].forEach(({ end }) => end()) };
}

function ownLibrary(): RedisLibrary {
  if ("Bun" in globalThis) return "bun";
  return "Deno" in globalThis ? "redis" : "ioredis";
}

async function openNats(url: string, settings: Settings) {
  const connection = await connect({
    servers: url.slice("nats://".length),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
    reconnectJitter: 0,
    pingInterval: 3000,
    // Processes also start while the engine is away.
    waitOnFirstConnect: true,
  });
  const kv = () => new Kvm(connection).create(bucketName, { ttl: 3_600_000, allow_direct: false });
  return { bus: natsBus({ connection, kv, ...settings }), end: () => connection.close() };
}
