/**
 * A bus for the processes of many machines, through Redis.
 *
 * @example
 * ```ts
 * import { createServer } from "@sockjs/web";
 * import { redisBus } from "@sockjs/web/redis";
 * import { createClient } from "redis";
 *
 * const client = createClient({
 *   url: "redis://10.0.0.5",
 *   disableOfflineQueue: true,
 *   socket: { socketTimeout: 10_000 },
 * });
 * const bus = redisBus({ client, subscriber: client.duplicate() });
 * const chat = createServer({ prefix: "/chat", cluster: { bus, name: "chat", sessions: true } });
 * ```
 *
 * @module
 */

export type { Bus, BusListener, BusWatcher, Claim, Interruption } from "../cluster/bus.ts";
export { redisBus, type RedisBusOptions } from "../cluster/redis_bus/redis_bus.ts";
export type { RedisClient } from "../cluster/redis_bus/redis_bus_options.ts";
export type { NodeRedisClient, NodeRedisListener } from "../cluster/redis_bus/node_redis.ts";
export type { IoredisClient } from "../cluster/redis_bus/ioredis.ts";
export type { BuiltInListener, BuiltInRedisClient } from "../cluster/redis_bus/built_in_redis.ts";
