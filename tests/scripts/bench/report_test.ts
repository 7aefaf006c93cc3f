import { assert, assertEquals, assertThrows } from "@std/assert";
import { readArguments } from "../../../scripts/bench/arguments.ts";
import { chart } from "../../../scripts/bench/chart.ts";
import { clusterWorkloads } from "../../../scripts/bench/cluster_workloads.ts";
import type { Run } from "../../../scripts/bench/generator.ts";
import { goalLines } from "../../../scripts/bench/goals.ts";
import { type Figure, ratioOf, type Results } from "../../../scripts/bench/results.ts";
import { clusterNames, type ServerName } from "../../../scripts/bench/servers.ts";
import { sharedWorkloads } from "../../../scripts/bench/shared_workloads.ts";
import { interquartileRange, median, quantile } from "../../../scripts/bench/statistics.ts";
import { table } from "../../../scripts/bench/table.ts";
import type { Load } from "../../../scripts/bench/workloads.ts";

Deno.test("a median is the value in the middle, or half way between two", () => {
  assertEquals(median([9, 1, 5]), 5);
  assertEquals(median([4, 1, 3, 2]), 2.5);
  assertEquals(median([7]), 7);
});

Deno.test("the interquartile range is what the middle half of the values spans", () => {
  assertEquals(interquartileRange([5, 1, 2, 3, 4]), 2);
  assertEquals(interquartileRange([1, 2]), 0.5);
  assertEquals(interquartileRange([7]), 0);
});

Deno.test("nothing has no median", () => {
  assertThrows(() => quantile([], 0.5), RangeError, "there are no values");
});

/** A figure with these values on each server, and a busy core. */
function figure(name: string, values: Partial<Record<ServerName, number[]>>): Figure {
  const samples = Object.entries(values).map(([server, each]) => [
    server,
    each.map((value) => ({ value, cpu: 1e6 / value, busy: 1, others: 0.01 })),
  ]);
  return { name, title: `the ${name}`, unit: "messages/s", samples: Object.fromEntries(samples) };
}

const echo = figure("ws-32", {
  "ours-deno": [900, 1000, 800],
  "floor-deno": [1000, 1000, 1200],
  "sockjs-node": [500, 400, 450],
});

Deno.test("the table has medians, their spread, and ratios to the floor and to sockjs-node", () => {
  const lines = table({ figures: [echo] }).split("\n");
  const cells = (server: string) =>
    lines.find((line) => line.startsWith(`  ${server}`))?.trim().split(/\s{2,}/).slice(1);
  assertEquals(lines[1], "the ws-32, in messages/s");
  assertEquals(cells("ours-deno"), [
    ...["900", "11.1 %", "1,111", "1.00"],
    ...["0.90", "0.90", "1.80", "1.80"],
  ]);
  assertEquals(cells("floor-deno"), ["1,000", "10.0 %", "1,000", "1.00", "2.50", "2.50"]);
  assertEquals(cells("sockjs-node"), ["450", "11.1 %", "2,222", "1.00"]);
});

Deno.test("the table marks measurements with an idle server or with other busy programs", () => {
  const measured = (busy: number, others: number) => ({
    ...echo,
    samples: { "ours-bun": [{ value: 1, cpu: 1, busy, others }] },
  });
  const none = table({ figures: [echo, measured(0.95, 0.05)] });
  assert(!none.includes("less than") && !none.includes("other programs took"), none);
  assert(
    table({ figures: [echo, measured(0.5, 0)] }).includes("In 1 of 10 measurements it was less"),
  );
  assert(table({ figures: [echo, measured(1, 0.2)] }).includes("In 1 of 10 other programs took"));
});

Deno.test("a goal is met or missed by medians, and those not measured are left out", () => {
  const memory = figure("idle-ws-memory", { "ours-node": [9000], "sockjs-node": [16000] });
  const few = figure("growth-500", { "ours-bun": [10] });
  const many = figure("growth-10000", { "ours-bun": [12] });
  assertEquals(goalLines({ figures: [echo, memory, few, many] }), [
    "met     ours-deno by its floor, websocket echo: 0.90 (at least 0.9)",
    "MISSED  ours-bun, cost of a message with 10,000 sessions by that with 500: 1.20 (at most 1.15)",
    "met     ours-node, bytes of an idle session over sockjs-node: -7,000 (at most 0)",
  ]);
});

/** What a message cost at a fixed rate, and how many of them were left out. */
function costs(
  name: string,
  values: Partial<Record<ServerName, number[]>>,
  missed: readonly number[] = [],
): Figure {
  const samples = Object.entries(values).map(([server, each]) => [
    server,
    each.map((value, at) => ({ value, others: 0, missed: missed[at] ?? 0 })),
  ]);
  return { name, title: name, unit: "µs of CPU each", samples: Object.fromEntries(samples) };
}

const fan = { "plain-deno": [10, 10, 8], "cluster4-deno": [14, 12, 12] };

Deno.test("a cluster is compared with one process by what a message costs at a fixed rate", () => {
  assertEquals(goalLines({ figures: [costs("cluster-fan", fan)] }), [
    "met     delivery to a subscriber, 4 processes on deno by one without a cluster: 1.40 (at most 1.5)",
  ]);
});

Deno.test("where servers fell behind a fixed rate, a goal is unsure, and the table says so", () => {
  const once = { figures: [costs("cluster-fan", fan, [9])] };
  assert(goalLines(once)[0]?.startsWith("met "), goalLines(once)[0]);
  assert(table(once).includes("In 2 of 6, messages of a fixed rate were left out"), table(once));
  const often = { figures: [costs("cluster-fan", fan, [9, 1])] };
  assert(goalLines(often)[0]?.startsWith("UNSURE "), goalLines(often)[0]);
  const never = table({ figures: [costs("cluster-fan", fan)] });
  assert(!never.includes("left out"), never);
});

Deno.test("shared sessions are compared with those that are not, and carried with those at home", () => {
  const figures = [
    costs("shared-xhr", {
      "cluster2-bun": [100, 100, 100],
      "home-bun": [104, 104, 120],
      "carried-bun": [208, 416, 240],
    }),
    costs("shared-xhr-p50", { "home-bun": [200], "carried-bun": [1300] }),
  ];
  assertEquals(goalLines({ figures }), [
    "met     xhr cycle at its owner on bun, by one of sessions that are not shared: 1.04 (at most 1.05)",
    "met     carried xhr cycle on bun by one at its owner: 2.00 (at most 3)",
    "MISSED  carried xhr cycle on bun, median latency beyond that at its owner in µs: 1,100 (at most 1000)",
  ]);
  const lines = table({ figures }).split("\n");
  const ratio = (server: string) => lines.find((line) => line.includes(server))?.split(/ {2,}/)[4];
  assertEquals([ratio("home-bun"), ratio("carried-bun")], ["1.04", "2.00"]);
});

Deno.test("only clusters that share their sessions carry requests, or are compared for that", () => {
  const serversOf = (name: string) => {
    const workload = [...clusterWorkloads, ...sharedWorkloads].find((each) => each.name === name)!;
    return clusterNames.filter((server) => server.endsWith("-node") && workload.isFor?.(server));
  };
  assertEquals(serversOf("cluster-echo"), ["plain-node", "cluster1-node", "cluster2-node"]);
  assertEquals(serversOf("shared-xhr"), ["cluster2-node", "home-node", "carried-node"]);
  assertEquals(serversOf("shared-open"), ["cluster2-node", "home-node"]);
  assertEquals(serversOf("served-stream"), ["plain-node", "home-node", "scattered-node"]);
});

Deno.test("clusters are measured at a fixed rate, and warmed up as fast as they can", async () => {
  const run = { delivered: 20, missed: 3, seconds: 1, cpu: 0.001, otherCpu: 0.5 } as Run;
  const durations = { warmUp: 1, counted: 2, idle: 3 };
  for (const name of ["cluster-echo", "cluster-fan", "shared-xhr"]) {
    const workload = [...clusterWorkloads, ...sharedWorkloads].find((each) => each.name === name)!;
    const rates: (number | undefined)[] = [];
    const load: Load = (_transport, _action, { rate, r, l }) => {
      rates.push(rate ?? r, l);
      return Promise.resolve(run);
    };
    await workload.warmUp?.(load, durations);
    assertEquals(rates, [undefined, undefined]);
    const [first] = await workload.measure(load, durations);
    assertEquals(first, { value: 50, others: 0.5, missed: 3 });
    assert(rates.slice(2).every((each) => each !== undefined && each > 0), `${rates}`);
  }
});

Deno.test("--cluster measures clusters alone, with another checkout if there is one", () => {
  const { servers, workloads } = readArguments(["--cluster", "--servers", "cluster2-bun"]);
  assertEquals(servers, ["cluster2-bun"]);
  assert(workloads.every(({ name }) => /^(cluster|subscribers|topics|shared|served)-/.test(name)));
  const both = readArguments(["--cluster", "--before", "..", "--servers", "plain-node"]);
  assertEquals(both.servers, ["plain-node", "before-plain-node"]);
});

Deno.test("--bus is for clusters, and Bun's own client for clusters on Bun", () => {
  assertEquals(readArguments(["--cluster"]).bus, "local");
  assertEquals(readArguments(["--cluster", "--bus", "nats"]).bus, "nats");
  const { servers } = readArguments(["--cluster", "--bus", "bun"]);
  assert(servers.length > 0 && servers.every((name) => name.endsWith("-bun")));
  for (const args of [["--bus", "redis"], ["--cluster", "--bus", "kafka"]]) {
    assertThrows(() => readArguments(args), Error, "--bus does not take");
  }
});

Deno.test("the table has the engine's CPU time where there is an engine", () => {
  const samples = { "carried-deno": [{ value: 9, engine: 12.5, others: 0 }] };
  const [head, , row] = table({ figures: [{ ...echo, samples }] }).split("\n");
  assert(head!.includes("engine µs") && row!.endsWith("12.5"), row);
  assert(!table({ figures: [echo] }).split("\n")[0]!.includes("engine"));
});

Deno.test("where a server was not busy, a goal goes by CPU time", () => {
  const slow = {
    "ours-deno": [{ value: 100, cpu: 5, busy: 0.5, others: 0 }],
    "floor-deno": [{ value: 100, cpu: 4, busy: 1, others: 0 }],
  };
  assertEquals(goalLines({ figures: [{ ...echo, samples: slow }] }), [
    "MISSED  ours-deno by its floor, websocket echo: 0.80 by CPU (at least 0.9)",
  ]);
});

Deno.test("a goal that a quarter of the measurements reach is near", () => {
  const scattered = figure("ws-32", {
    "ours-deno": [800, 850, 870, 950, 990],
    "floor-deno": [1000, 1000, 1000, 1000, 1000],
  });
  assertEquals(goalLines({ figures: [scattered] }), [
    "near    ours-deno by its floor, websocket echo: 0.87 (at least 0.9)",
  ]);
});

Deno.test("ratios are of measurements that followed each other, where all are there", () => {
  const slowing = { "ours-deno": [900, 400, 90], "floor-deno": [1000, 500, 100] };
  assertEquals(ratioOf(figure("ws-32", slowing), "ours-deno", "floor-deno"), 0.9);
  const missing = { ...slowing, "floor-deno": [1000] };
  assertEquals(ratioOf(figure("ws-32", missing), "ours-deno", "floor-deno"), undefined);
});

const results: Results = {
  circumstances: {
    date: "2026-01-31",
    processor: "Fast & <small>",
    cores: 2,
    system: "Linux 6.1",
    load: 0.1,
    versions: { Deno: "2.9.6", sockjs: "0.3.24" },
    bus: "local",
    rounds: 3,
    seconds: 3,
  },
  figures: [echo],
  failures: [],
};

Deno.test("the chart shows what its ratios are relative to, rates, the day and the machine", () => {
  const drawn = chart(results);
  assert(drawn.includes(">Throughput relative to sockjs-node 0.3.24 (= 1)<"));
  for (const text of ["1.80× · 900", "1.00× · 450", "2026-01-31, Fast &amp; &lt;small>, 2 cores"]) {
    assert(drawn.includes(text), text);
  }
});

Deno.test("without sockjs-node there is no chart", () => {
  const figures = [figure("ws-32", { "ours-deno": [1] })];
  assertThrows(() => chart({ ...results, figures }), Error, "sockjs-node was not measured");
});

Deno.test("--only takes workloads by their names, and by the beginnings of these", () => {
  const names = (...args: string[]) => readArguments(args).workloads.map(({ name }) => name);
  assertEquals(names("--only", "ws,growth", "--sizes", "32"), ["ws", "growth-500", "growth-10000"]);
  assertEquals(names("--only", "xhr"), ["xhr", "xhr", "xhr"]);
  assertEquals(names("--quick").length, 6);
});

Deno.test("--before measures ours of both checkouts in turn, and others only if they are named", () => {
  const servers = (...args: string[]) => readArguments(args).servers;
  assertEquals(
    servers("--before", ".").join(),
    "ours-deno,before-deno,ours-bun,before-bun,ours-node,before-node",
  );
  const named = ["--servers", "sockjs-node,ours-bun"];
  assertEquals(servers("--before", ".", ...named), ["ours-bun", "before-bun", "sockjs-node"]);
  assertEquals(servers(...named), ["ours-bun", "sockjs-node"]);
});

Deno.test("--before takes the six, two of them with long messages, and idle sessions", () => {
  const names = (...args: string[]) =>
    readArguments(["--before", ".", ...args]).workloads.map(({ name, bytes }) =>
      `${name} ${bytes}`
    );
  const six = ["ws 32", "ws16 32", "fan-ws 32", "xhr 32", "stream 32", "fan-stream 32"];
  assertEquals(names(), [...six, "ws 65536", "stream 65536", "idle-ws 32", "idle-stream 32"]);
  assertEquals(names("--quick"), six);
  assertEquals(names("--sizes", "9"), six.map((each) => each.replace("32", "9")));
  assertEquals(names("--only", "idle-ws,idle-stream"), ["idle-ws 32", "idle-stream 32"]);
});

Deno.test("workloads, servers and numbers that mean nothing are refused by name", () => {
  for (
    const [option, value] of [
      ["--only", "udp"],
      ["--servers", "ours-perl"],
      ["--servers", "before-deno"],
      ["--rounds", "none"],
      ["--sizes", "32,-1"],
    ] as const
  ) {
    const error = assertThrows(() => readArguments([option, value]), Error);
    assert(error.message.startsWith(option), error.message);
  }
});
