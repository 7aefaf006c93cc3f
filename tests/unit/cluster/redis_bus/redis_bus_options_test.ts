import { assertEquals, assertThrows } from "@std/assert";
import {
  checkedRedisOptions,
  type RedisBusOptions,
} from "../../../../src/cluster/redis_bus/redis_bus_options.ts";

const nodeRedis = () => ({ sendCommand() {}, isReady: true, isOpen: true });
const resending = { autoResendUnfulfilledCommands: false };
const resubscribing = { autoResubscribe: false };
const ioredis = (options: object = { ...resending, ...resubscribing }) => ({
  ...{ call() {}, status: "ready", options },
});
const builtIn = () => ({ send() {}, connected: true, onconnect: null, onclose: null });

function check(options: object): ReturnType<typeof checkedRedisOptions> {
  return checkedRedisOptions(options as RedisBusOptions);
}

Deno.test("clients of the three libraries are known by their shape", () => {
  for (const make of [nodeRedis, ioredis, builtIn]) {
    assertEquals(check({ client: make(), subscriber: make() }).timeout, 3000);
  }
});

Deno.test("what is no client, or one for a cluster, is refused", () => {
  const cluster = { ...nodeRedis(), slots: [] };
  const ioredisCluster = { ...ioredis(), isCluster: true };
  const wrong: [unknown, string][] = [
    [undefined, "must be a client of redis or ioredis, or the built-in one"],
    ["redis://127.0.0.1", "must be a client of redis or ioredis, or the built-in one"],
    [{}, "must be a client of redis or ioredis, or the built-in one"],
    [cluster, "must be for a single Redis"],
    [ioredisCluster, "must be for a single Redis"],
  ];
  for (const [value, message] of wrong) {
    const start = "Cannot make a Redis bus: the";
    const asClient = () => check({ client: value, subscriber: nodeRedis() });
    assertThrows(asClient, TypeError, `${start} client ${message}`);
    const asSubscriber = () => check({ client: nodeRedis(), subscriber: value });
    assertThrows(asSubscriber, TypeError, `${start} subscriber ${message}`);
  }
});

Deno.test("one client for both, and one that sends commands again, are refused", () => {
  const client = nodeRedis();
  assertThrows(
    () => check({ client, subscriber: client }),
    TypeError,
    "the subscriber must be another client",
  );
  assertThrows(
    () => check({ client: ioredis(resubscribing), subscriber: ioredis() }),
    TypeError,
    "the client needs autoResendUnfulfilledCommands: false",
  );
  assertThrows(
    () => check({ client: ioredis(), subscriber: ioredis(resending) }),
    TypeError,
    "the subscriber needs autoResubscribe: false",
  );
  check({ client: ioredis(resending), subscriber: ioredis(resubscribing) });
});

Deno.test("other options, and values out of range, are refused", () => {
  const clients = { client: nodeRedis(), subscriber: nodeRedis() };
  assertThrows(() => check({ ...clients, url: "" }), TypeError, "unknown option url");
  assertThrows(() => check({ ...clients, log: 1 }), TypeError, "log must be a function");
  for (const timeout of [99, NaN, "1000", 2 ** 31]) {
    assertThrows(() => check({ ...clients, timeout }), RangeError, "timeout must be a number");
  }
  assertEquals(check({ ...clients, timeout: 100 }).timeout, 100);
});
