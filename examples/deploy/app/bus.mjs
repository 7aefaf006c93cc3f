/**
 * The bus to the other processes, if the environment has the address of a Redis or a NATS. With it,
 * any process answers any request of a session. It needs the package `redis`, or
 * `@nats-io/transport-node` and `@nats-io/kv`.
 */

import process from "node:process";

const { REDIS_URL, NATS_URL } = process.env;

/** Opens the bus; `undefined` without an address. */
export async function openBus() {
  if (REDIS_URL) return await openRedisBus(REDIS_URL);
  if (NATS_URL) return await openNatsBus(new URL(NATS_URL));
}

/** It connects by itself, also again. */
async function openRedisBus(url) {
  const { createClient } = await import("redis");
  const { redisBus } = await import("sockjs-web/redis");
  const socket = { socketTimeout: 10_000 };
  const client = createClient({ url, disableOfflineQueue: true, socket });
  return redisBus({ client, subscriber: client.duplicate() });
}

/** Waits for NATS. */
async function openNatsBus({ host, username, password }) {
  const { Kvm } = await import("@nats-io/kv");
  const { connect } = await import("@nats-io/transport-node");
  const { natsBus } = await import("sockjs-web/nats");
  const connection = await connect({
    servers: host,
    ...(username && { user: username, pass: decodeURIComponent(password) }),
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    pingInterval: 3000,
    ignoreAuthErrorAbort: true,
  });
  const kv = () => new Kvm(connection).create("sockjs", { ttl: 3_600_000, allow_direct: false });
  return natsBus({ connection, kv });
}
