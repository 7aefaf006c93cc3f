/**
 * The bus over NATS.
 *
 * @module
 */

import { Kvm } from "@nats-io/kv";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { natsBus } from "../../src/adapters/nats.ts";
import type { OpenBus } from "./bus.ts";

/** Milliseconds that connecting takes at most at the start. */
const timeout = 3000;

/** Connects, and ends the connection. Rejects if NATS does not answer, or has no JetStream. */
export async function check(url: URL): Promise<void> {
  const connection = await connect({ ...addressOf(url), timeout, reconnect: false });
  await openBucket(connection);
  await connection.close();
}

/** Opens the bus when NATS answers. */
export async function open(url: URL): Promise<OpenBus> {
  const connection = await connect({
    ...addressOf(url),
    waitOnFirstConnect: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 250,
    pingInterval: 3000,
    ignoreAuthErrorAbort: true,
  });
  const bus = natsBus({ connection, kv: () => openBucket(connection) });
  const close = async () => {
    await bus.close();
    await connection.close();
  };
  return { bus, close };
}

/** The client does not take the user out of the URL by itself. */
function addressOf({ protocol, host, username, password }: URL) {
  return {
    servers: host,
    ...(protocol === "tls:" && { tls: {} }),
    ...(username !== "" && { user: decodeURIComponent(username) }),
    ...(password !== "" && { pass: decodeURIComponent(password) }),
  };
}

/** The bucket has the claims: which process has which session. */
function openBucket(connection: NatsConnection) {
  return new Kvm(connection).create("sockjs", { ttl: 3_600_000, allow_direct: false });
}
