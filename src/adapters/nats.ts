/**
 * The bus for many machines that share a NATS server, or a cluster of them.
 *
 * @example
 * ```ts ignore
 * import { Kvm } from "@nats-io/kv";
 * import { connect } from "@nats-io/transport-node";
 * import { createServer } from "@sockjs/web";
 * import { natsBus } from "@sockjs/web/nats";
 *
 * const connection = await connect({
 *   servers: "10.0.0.1",
 *   maxReconnectAttempts: -1,
 *   reconnectTimeWait: 250,
 *   pingInterval: 3000,
 * });
 * const kv = () => new Kvm(connection).create("sockjs", { ttl: 3600_000, allow_direct: false });
 * const bus = natsBus({ connection, kv });
 * const chat = createServer({ prefix: "/chat", cluster: { bus, name: "chat", sessions: true } });
 * ```
 *
 * @module
 */

export type { Bus, BusListener, BusWatcher, Claim, Interruption } from "../cluster/bus.ts";
export { natsBus, type NatsBusOptions } from "../cluster/nats_bus/nats_bus.ts";
export type {
  NatsBucket,
  NatsBucketStatus,
  NatsConnection,
  NatsEntry,
  NatsMessage,
  NatsServerInfo,
  NatsStatus,
  NatsSubscription,
  NatsSubscriptionOptions,
  NatsWriteOptions,
} from "../cluster/nats_bus/nats_client.ts";
