/**
 * A program that puts NATS buses through the suite that every bus has to pass, on any runtime. It
 * prints a line of JSON for each test.
 *
 * @module
 */

import process from "node:process";
import { Kvm } from "@nats-io/kv";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { natsBus } from "../../src/adapters/nats.ts";
import { type Bus, busSuite } from "../../src/cluster/bus_suite.ts";
import { EngineProxy } from "../support/engine_proxy.ts";

const port = Number(process.argv[2]);
const connections: NatsConnection[] = [];
/** A bus has its own, others have theirs. */
const proxies = new Map<Bus, EngineProxy>();

async function open(): Promise<Bus> {
  const proxy = await EngineProxy.open(port);
  const connection = await connect({
    servers: `127.0.0.1:${proxy.port}`,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
    reconnectJitter: 0,
  });
  connections.push(connection);
  const kv = () => new Kvm(connection).create("suite", { ttl: 3_600_000, allow_direct: false });
  const bus = natsBus({ connection, kv, timeout: 1000 });
  proxies.set(bus, proxy);
  return bus;
}

const suite = busSuite({
  open,
  interrupt(bus) {
    const proxy = proxies.get(bus)!;
    proxy.cut();
    return Promise.resolve(() => Promise.resolve(proxy.mend()));
  },
  stall() {
    const all = [...proxies.values()];
    for (const proxy of all) proxy.stall();
    return Promise.resolve(() => Promise.resolve(all.forEach((proxy) => proxy.mend())));
  },
});

for (const { name, run } of suite) {
  let error: string | undefined;
  try {
    await run();
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  for (const connection of connections.splice(0)) await connection.close();
  for (const proxy of proxies.values()) proxy.close();
  proxies.clear();
  console.log(JSON.stringify({ name, error }));
}
process.exit();
