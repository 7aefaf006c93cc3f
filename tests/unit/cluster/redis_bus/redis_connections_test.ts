import { assertEquals, assertRejects } from "@std/assert";
import { CallTimeouts } from "../../../../src/cluster/call_timeouts.ts";
import type {
  AdapterListener,
  RedisAdapter,
} from "../../../../src/cluster/redis_bus/redis_adapter.ts";
import { RedisConnections } from "../../../../src/cluster/redis_bus/redis_connections.ts";
import { fakeTime, microtasks, pass } from "../../../support/fake_time.ts";

/** A client that never connects, and throws when it is to do so. */
const absent: RedisAdapter = {
  isReady: false,
  connect() {
    throw new Error("no client");
  },
  command: () => Promise.resolve(),
  subscribe: () => Promise.resolve(),
  unsubscribe: () => Promise.resolve(),
  release() {},
};

Deno.test("without Redis, calls whose time is over are kept no longer", async () => {
  using time = fakeTime();
  const calls = new CallTimeouts(3000);
  const connections = new RedisConnections(() => absent, () => absent, calls, 3000, {
    channels: [],
    received() {},
    back() {},
    log() {},
  });
  const call = () =>
    calls.run("publish", () => connections.whenWorking(() => Promise.resolve("never")));
  const old = [call(), call(), call()];
  await microtasks();
  assertEquals(connections.waitingCount, 3);
  const rejected = old.map((each) => assertRejects(() => each, Error, "no answer"));
  time.tick(3000);
  await Promise.all(rejected);
  const last = assertRejects(call, Error, "no answer");
  assertEquals(connections.waitingCount, 1);
  time.tick(3000);
  await last;
  connections.close();
  assertEquals(connections.waitingCount, 0);
});

Deno.test("without Redis at the start, the log says why, once, and when the bus works", async () => {
  using time = fakeTime();
  const lines: string[] = [];
  const listeners: AdapterListener[] = [];
  const client = {
    ...absent,
    isReady: false,
    command(name: string, [channel = "", payload = ""]: string[]) {
      if (name !== "PUBLISH") return Promise.resolve(null);
      for (const { message } of listeners) message(channel, payload);
      return Promise.resolve(1);
    },
  };
  const make = (listener: AdapterListener) => {
    listeners.push(listener);
    return client;
  };
  const connections = new RedisConnections(make, make, new CallTimeouts(3000), 3000, {
    channels: [],
    received() {},
    back() {},
    log: (line) => lines.push(line),
  });
  await pass(time, 10_000);
  assertEquals(lines, ["The bus cannot connect to Redis: no client"]);
  client.isReady = true;
  for (const { ready } of listeners) ready();
  await microtasks();
  assertEquals(lines.slice(1), ["The bus works with Redis again"]);
  connections.close();
});
