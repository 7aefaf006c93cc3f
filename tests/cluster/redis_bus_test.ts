/**
 * The bus through Redis, with each client library on the runtimes that have it: the suite that every
 * bus has to pass, and what these clients do that others do not.
 *
 * @module
 */

import { assertEquals, assertRejects } from "@std/assert";
import { run } from "../../scripts/run.ts";
import { type RuntimeName, scriptCommand } from "../../scripts/runtimes.ts";
import { busSuite } from "../../src/cluster/bus_suite.ts";
import { isPresent } from "../support/executables.ts";
import type { RedisLibrary } from "../support/redis_clients.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RedisBuses } from "./redis_buses.ts";
import { redisTraps } from "./redis_traps.ts";

const program = new URL("redis_suite.ts", import.meta.url);
const none = () => Promise.reject(new Error("not to be run"));
const suite = busSuite({ open: none, interrupt: none, stall: none });
const names = [...suite.map(({ name }) => name), ...Object.keys(redisTraps)];

const runs: [RuntimeName, RedisLibrary][] = [
  ["deno", "redis"],
  ["node20", "redis with queue"],
  ["bun", "redis"],
  ["deno", "ioredis with queue"],
  ["node24", "ioredis"],
  ["bun", "ioredis"],
  ["bun", "bun"],
];

Deno.test({
  name:
    "redis bus: a node of a cluster is refused at once, by what calls reject with and by the log",
  ignore: !isPresent("redis-server"),
  async fn() {
    const server = await RedisServer.open("--cluster-enabled", "yes");
    const buses = new RedisBuses("redis", server);
    const { bus, log } = await buses.open();
    const refusal = "this is a node of a Redis Cluster, and the bus needs a single Redis";
    await assertRejects(() => bus.subscribe("channel", () => {}), Error, refusal);
    await assertRejects(() => bus.publish("channel", ""), Error, `Cannot publish: ${refusal}`);
    await assertRejects(() => bus.claim("key", "value", 1000), Error, refusal);
    assertEquals(log, [`The bus cannot work with Redis: ${refusal}`]);
    await buses.close();
    await server.close();
  },
});

for (const [runtime, library] of runs) {
  Deno.test({
    name: `redis bus: every promise of a bus is kept by ${library} on ${runtime}`,
    ignore: !isPresent("redis-server"),
    async fn() {
      const command = await scriptCommand(runtime, program);
      if (command === undefined) throw new Error(`${runtime} is not here`);
      const printed = await run([...command, library]);
      const results: { name: string; error?: string }[] = printed.trim().split("\n")
        .map((line) => JSON.parse(line));
      assertEquals(results.filter(({ error }) => error !== undefined), []);
      assertEquals(results.map(({ name }) => name), names);
    },
  });
}
