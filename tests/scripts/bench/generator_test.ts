import { assert, assertEquals, assertRejects } from "@std/assert";
import { Generator, missing, type Run } from "../../../scripts/bench/generator.ts";
import { commandsOf } from "../../../scripts/bench/commands.ts";
import { PinnedCluster } from "../../../scripts/bench/pinned_cluster.ts";
import { PinnedServer } from "../../../scripts/bench/pinned_server.ts";
import {
  clusterName,
  runtimes,
  type ServerName,
  serverNames,
  servers,
} from "../../../scripts/bench/servers.ts";
import { root } from "../../../scripts/npm_package/project.ts";
import { runtimeCommand } from "../../../scripts/runtimes.ts";
import { isPresent } from "../../support/executables.ts";

const isOnCi = Deno.env.get("CI") === "true";
const why = await missing();
if (why !== undefined) console.log(`${why}: tests of the benchmark's servers are skipped`);

const loads = [
  ["ws", "echo"],
  ["xhr", "echo"],
  ["stream", "echo"],
  ["ws", "fan"],
  ["stream", "fan"],
  ["ws", "connect"],
  ["xhr", "connect"],
] as const;

/** The other checkout is this one. */
async function commandOf(name: ServerName): Promise<string[]> {
  return (await commandsOf([name], root)).get(name)!;
}

for (const name of serverNames) {
  const { runtime } = servers[name];
  const isHere = why === undefined && await runtimeCommand(runtime) !== undefined;
  if (why === undefined && !isHere) console.log(`${runtime} is not here: ${name} is skipped`);
  Deno.test({
    name: `the load generator gets from ${name} what it expects`,
    ignore: !isHere && !isOnCi,
    fn: async () => {
      await using generator = await Generator.build();
      await using server = await PinnedServer.start(await commandOf(name), 32);
      for (const load of loads) {
        const { delivered, cpu } = await generator.run([server], load, { n: 4, w: 0, t: 0.05 });
        assert(delivered > 0 && cpu > 0, load.join(" "));
      }
    },
  });
}

for (const runtime of runtimes) {
  for (const size of [0, 2] as const) {
    const name = clusterName(size, runtime);
    Deno.test({
      name: `the load generator gets from all processes of ${name} what it expects`,
      ignore: (why !== undefined || await runtimeCommand(runtime) === undefined) && !isOnCi,
      fn: async () => {
        await using generator = await Generator.build();
        await using cluster = await PinnedCluster.start(name, await commandOf(name), 32);
        assertEquals(cluster.processes.length, Math.max(size, 1));
        for (const [action, options] of [["fan", {}], ["echo", {}], ["echo", { k: 10 }]] as const) {
          const { delivered, cpu } = await generator.run(cluster.processes, ["ws", action], {
            ...options,
            ...{ n: 4, w: 0, t: 0.05 },
          });
          assert(delivered > 0 && cpu > 0, action);
        }
      },
    });
  }
}

/** One poll cycle, one streaming echo, and one whose stream is at the owner. */
const shared = [["xhr", {}], ["stream", {}], ["stream", { m: 1 }]] as const;

for (const runtime of runtimes) {
  Deno.test({
    name:
      `the load generator gets what it expects from processes on ${runtime} that share sessions`,
    ignore: (why !== undefined || await runtimeCommand(runtime) === undefined) && !isOnCi,
    fn: async () => {
      await using generator = await Generator.build();
      const name: ServerName = `carried-${runtime}`;
      await using cluster = await PinnedCluster.start(name, await commandOf(name), 32);
      for (const [transport, options] of shared) {
        for (const c of [0, 1, 2]) {
          const all = { n: 4, w: 0, t: 0.05, c, ...options };
          const { delivered } = await generator.run(cluster.processes, [transport, "echo"], all);
          assert(delivered > 0, `${transport} ${c}`);
        }
      }
    },
  });
}

for (
  const [bus, engine, runtime] of [
    ["redis", "redis-server", "node"],
    ["ioredis", "redis-server", "deno"],
    ["bun", "redis-server", "bun"],
    ["nats", "nats-server", "deno"],
  ] as const
) {
  Deno.test({
    name: `processes that are connected by ${bus} answer the load generator, and use the engine`,
    ignore: (why !== undefined || await runtimeCommand(runtime) === undefined) && !isOnCi ||
      !isPresent(engine),
    fn: async () => {
      await using generator = await Generator.build();
      const name: ServerName = `carried-${runtime}`;
      await using cluster = await PinnedCluster.start(name, await commandOf(name), 32, bus);
      const before = await cluster.engine!.operations();
      const all = { n: 4, w: 0, t: 0.05, c: 1 };
      const { processes } = cluster;
      const run = await generator.run(processes, ["xhr", "echo"], all, cluster.engine);
      assert(run.delivered > 0 && run.engineCpu > 0);
      const after = await cluster.engine!.operations();
      const operation = bus === "nats" ? "message" : "publish";
      assert(after.get(operation)! > (before.get(operation) ?? 0) + run.delivered);
    },
  });
}

Deno.test({
  name: "what is to be carried reaches a process that cannot have the session by itself",
  ignore: why !== undefined && !isOnCi,
  fn: async () => {
    await using generator = await Generator.build();
    const name = clusterName(2, "deno");
    await using cluster = await PinnedCluster.start(name, await commandOf(name), 32);
    const load = (transport: string, options: Record<string, number>) =>
      generator.run(cluster.processes, [transport, "echo"], { n: 4, w: 0, t: 0.05, ...options });
    for (const c of [1, 2]) {
      // There, a poll would open another session.
      for (const transport of ["xhr", "stream"]) {
        await assertRejects(() => load(transport, { c }), Error, "loadgen:");
      }
      await assertRejects(() => load("stream", { c, m: 1 }), Error, "HTTP/1.1 404");
    }
    await load("xhr", { c: 0 });
  },
});

/** What the generator sees of our server. */
async function load(action: "echo" | "fan", options: Record<string, number>): Promise<Run> {
  await using generator = await Generator.build();
  await using server = await PinnedServer.start(await commandOf("ours-deno"), 32);
  return await generator.run([server], ["ws", action], { w: 0, ...options });
}

for (const [action, receivers, tooMany] of [["echo", 1, 1e6], ["fan", 4, 1e5]] as const) {
  Deno.test({
    name: `at a fixed rate, no more messages are sent for ${action} than are due`,
    ignore: why !== undefined && !isOnCi,
    fn: async () => {
      const { delivered, missed, seconds } = await load(action, { n: 4, t: 0.2, rate: 50 });
      assert(delivered > 0 && delivered <= (50 * seconds + 2) * receivers, `${delivered}`);
      assertEquals(missed, 0);
    },
  });

  Deno.test({
    name: `a rate that the server cannot keep up with for ${action} shows, and is not an error`,
    ignore: why !== undefined && !isOnCi,
    fn: async () => {
      const { delivered, missed } = await load(action, { n: 100, t: 0.2, r: tooMany, l: 1 });
      assert(delivered > 0 && missed > 0, `${delivered} delivered, ${missed} missed`);
    },
  });
}

Deno.test({
  name: "idle sessions take memory that is not garbage",
  ignore: why !== undefined && !isOnCi,
  fn: async () => {
    await using generator = await Generator.build();
    await using server = await PinnedServer.start(await commandOf("ours-deno"), 32);
    const options = { n: 1000, w: 0, t: 0.05 };
    const { memory, memoryForEach } = await generator.run([server], ["ws", "idle"], options);
    assert(memory > 0 && memoryForEach > 0, `${memoryForEach} bytes each`);
  },
});
