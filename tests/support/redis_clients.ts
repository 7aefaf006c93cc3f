/**
 * Makes clients for Redis, of each library that the bus knows.
 *
 * @module
 */

import { Redis } from "ioredis";
import { createClient } from "redis";
import type { RedisClient } from "../../src/adapters/redis.ts";

/** A library, and whether its clients keep commands while they are not connected. */
export type RedisLibrary = "redis" | "redis with queue" | "ioredis" | "ioredis with queue" | "bun";

/** A client that connects again within 50 ms, and what ends it. */
export interface OpenClient {
  readonly client: RedisClient;
  end(): void;
}

/** Makes a client for an address. */
export async function openRedisClient(library: RedisLibrary, url: string): Promise<OpenClient> {
  switch (library) {
    case "redis":
    case "redis with queue": {
      const client = createClient({
        url,
        disableOfflineQueue: library === "redis",
        socket: { reconnectStrategy: 50 },
      });
      return { client, end: () => client.destroy() };
    }
    case "ioredis":
    case "ioredis with queue": {
      const client = new Redis(url, {
        enableOfflineQueue: library === "ioredis with queue",
        autoResendUnfulfilledCommands: false,
        autoResubscribe: false,
        retryStrategy: () => 50,
      });
      return { client, end: () => client.disconnect() };
    }
    case "bun": {
      // Not by name: other runtimes do not have it, nor its types.
      const { RedisClient } = await import("b" + "un");
      const client = new RedisClient(url);
      return { client, end: () => client.close() };
    }
  }
}
