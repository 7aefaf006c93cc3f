/**
 * The options of a Redis bus.
 *
 * @module
 */

import { refuseOtherLog, refuseOthers } from "../known_options.ts";
import { BuiltInRedisAdapter, type BuiltInRedisClient, isBuiltInRedis } from "./built_in_redis.ts";
import { IoredisAdapter, type IoredisClient, isIoredis, isIoredisCluster } from "./ioredis.ts";
import {
  isNodeRedis,
  isSingleNodeRedis,
  NodeRedisAdapter,
  type NodeRedisClient,
} from "./node_redis.ts";
import type { MakeAdapter } from "./redis_connections.ts";

/** A client of `redis` (node-redis) or `ioredis`, or Bun's own. */
export type RedisClient = NodeRedisClient | IoredisClient | BuiltInRedisClient;

/** Options of {@linkcode redisBus}. */
export interface RedisBusOptions {
  /** A client for commands. The application may use it, too. */
  client: RedisClient;
  /** Another client, for subscriptions. Nobody else should use it. */
  subscriber: RedisClient;
  /**
   * Milliseconds after which a call rejects that Redis has not answered.
   *
   * @default {3000}
   */
  timeout?: number | undefined;
  /**
   * Called with what an operator should know.
   *
   * @default prints to the console
   */
  log?: ((message: string) => void) | undefined;
}

const start = "Cannot make a Redis bus:";

/** Checks the options, and fills in defaults. */
export function checkedRedisOptions(options: RedisBusOptions): {
  client: RedisClient;
  subscriber: RedisClient;
  timeout: number;
} {
  refuseOthers(start, options, ["client", "subscriber", "timeout", "log"]);
  const { client, subscriber, timeout = 3000 } = options;
  refuseOtherLog(start, options.log);
  checkClient("client", client);
  checkClient("subscriber", subscriber);
  if (client === subscriber) {
    throw new TypeError(`${start} the subscriber must be another client: client.duplicate()`);
  }
  // What it has published would arrive twice.
  if (isIoredis(client) && client.options.autoResendUnfulfilledCommands !== false) {
    throw new TypeError(`${start} the client needs autoResendUnfulfilledCommands: false`);
  }
  // What it subscribes to by itself rejects unseen if Redis refuses it, which ends the process.
  if (isIoredis(subscriber) && subscriber.options.autoResubscribe !== false) {
    throw new TypeError(`${start} the subscriber needs autoResubscribe: false`);
  }
  if (!(typeof timeout === "number" && timeout >= 100 && timeout <= 2 ** 30)) {
    throw new RangeError(`${start} timeout must be a number from 100 to ${2 ** 30}`);
  }
  return { client, subscriber, timeout };
}

/** How the adapter of a client is made. */
export function makeAdapter(client: RedisClient): MakeAdapter {
  if (isNodeRedis(client)) return (listener) => new NodeRedisAdapter(client, listener);
  if (isIoredis(client)) return (listener) => new IoredisAdapter(client, listener);
  return (listener) => new BuiltInRedisAdapter(client, listener);
}

function checkClient(name: string, client: unknown): void {
  if (typeof client === "object" && client !== null) {
    const isNode = isNodeRedis(client);
    if (isNode ? !isSingleNodeRedis(client) : isIoredis(client) && isIoredisCluster(client)) {
      throw new TypeError(`${start} the ${name} must be for a single Redis, not for a cluster`);
    }
    if (isNode || isIoredis(client) || isBuiltInRedis(client)) return;
  }
  throw new TypeError(
    `${start} the ${name} must be a client of redis or ioredis, or the built-in one`,
  );
}
