/**
 * The bus through Redis. On Bun it uses Bun's own client, elsewhere the package `redis`.
 *
 * @module
 */

import { createClient } from "redis";
import { redisBus, type RedisClient } from "../../src/adapters/redis.ts";
import type { BuiltInRedisClient } from "../../src/adapters/redis.ts";
import type { OpenBus } from "./bus.ts";

/** What we use of Bun. */
interface BunRedis {
  RedisClient: new (
    url: string,
    options?: { autoReconnect: boolean; connectionTimeout: number },
  ) => BuiltInRedisClient & { close(): void };
}

const { Bun } = globalThis as unknown as { Bun?: BunRedis };

/** Milliseconds that connecting takes at most at the start. */
const connectTimeout = 3000;

/** Connects, and ends the connection. Rejects if Redis does not answer. */
export async function check({ href }: URL): Promise<void> {
  if (Bun !== undefined) {
    const options = { autoReconnect: false, connectionTimeout: connectTimeout };
    const client = new Bun.RedisClient(href, options);
    await client.send("PING", []);
    client.close();
  } else {
    const socket = { connectTimeout, reconnectStrategy: false } as const;
    const client = createClient({ url: href, socket });
    // `connect` rejects with the same.
    client.on("error", () => {});
    await client.connect();
    await client.ping();
    client.destroy();
  }
}

/** Opens the bus. It connects by itself. */
export function open({ href }: URL): Promise<OpenBus> {
  const [client, subscriber] = [openClient(href), openClient(href)];
  const bus = redisBus({ client: client.client, subscriber: subscriber.client });
  const close = async () => {
    await bus.close();
    client.end();
    subscriber.end();
  };
  return Promise.resolve({ bus, close });
}

function openClient(url: string): { client: RedisClient; end(): void } {
  if (Bun !== undefined) {
    const client = new Bun.RedisClient(url);
    return { client, end: () => client.close() };
  }
  const socket = { socketTimeout: 10_000 };
  const client = createClient({ url, disableOfflineQueue: true, socket });
  return { client, end: () => client.destroy() };
}
