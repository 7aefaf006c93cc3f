/**
 * Makes the bus of a server in a cluster.
 *
 * @module
 */

import { type Bus, localBus } from "../../../src/adapters/cluster.ts";
import { natsBus } from "../../../src/adapters/nats.ts";
import { redisBus } from "../../../src/adapters/redis.ts";

/**
 * With the options that the documents name.
 *
 * @param address Such as `ioredis://127.0.0.1:6379`, with the name of the client, or the folder of a
 * local bus.
 */
export async function openBus(address: string): Promise<Bus> {
  const [client, place] = address.split("://");
  if (place === undefined) return localBus({ name: "bench", folder: address });
  const url = `redis://${place}`;
  // Others do without these packages.
  switch (client) {
    case "redis": {
      const { createClient } = await import("redis");
      const client = createClient({
        url,
        disableOfflineQueue: true,
        socket: { socketTimeout: 10_000 },
      });
      return redisBus({ client, subscriber: client.duplicate() });
    }
    case "ioredis": {
      const { Redis } = await import("ioredis");
      const options = { enableOfflineQueue: false, autoResendUnfulfilledCommands: false };
      const client = new Redis(url, options);
      return redisBus({ client, subscriber: client.duplicate({ autoResubscribe: false }) });
    }
    case "bun": {
      // Not by name: other runtimes do not have it, nor its types.
      const { RedisClient } = await import("b" + "un");
      return redisBus({ client: new RedisClient(url), subscriber: new RedisClient(url) });
    }
    case "nats": {
      const { connect } = await import("@nats-io/transport-node");
      const { Kvm } = await import("@nats-io/kv");
      const connection = await connect({
        servers: place,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 250,
        pingInterval: 3000,
      });
      const kv = () =>
        new Kvm(connection).create("sockjs", { ttl: 3_600_000, allow_direct: false });
      return natsBus({ connection, kv });
    }
    default:
      throw new Error(`There is no bus at ${address}`);
  }
}
