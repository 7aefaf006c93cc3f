/**
 * The embedded bus, by the suite that every bus has to pass, between processes of all runtimes.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { busSuite } from "../../src/cluster/bus_suite.ts";
import { until } from "../support/until.ts";
import { BusProcess } from "./bus_process.ts";

const runtimes = ["deno", "bun", "node24", "node20"] as const;
const folder = await Deno.makeTempDir({ prefix: "bus-" });
const options = { name: "suite", folder, peerTimeout: 1000 };
let opened = 0;

/** The next one is on another runtime. */
const open = () => BusProcess.start(runtimes[opened++ % runtimes.length]!, options);
/** It is there before all others, so it keeps the claims. */
let registry: BusProcess;

async function freeze(bus: BusProcess): Promise<() => Promise<void>> {
  bus.signal("SIGSTOP");
  // Until others have given it up.
  await new Promise((resolve) => setTimeout(resolve, 4 * options.peerTimeout));
  return () => {
    bus.signal("SIGCONT");
    return Promise.resolve();
  };
}

const suite = busSuite({
  open,
  interrupt: (bus) => freeze(bus as BusProcess),
  stall: () => {
    registry.signal("SIGSTOP");
    return Promise.resolve(() => {
      registry.signal("SIGCONT");
      return Promise.resolve();
    });
  },
});

Deno.test.beforeAll(async () => {
  registry = await open();
  await registry.claim("first", "registry", 600_000);
});

Deno.test.afterAll(async () => {
  await registry.close();
  await Deno.remove(folder, { recursive: true });
});

for (const { name, run } of suite) Deno.test(`embedded bus: ${name}`, run);

Deno.test("embedded bus: the log says when a process does not answer, and when it does again", async () => {
  const [bus, frozen] = [await open(), await open()];
  await bus.subscribe("channel", () => {});
  await until(async () => await frozen.publish("channel", "linked") === 1);
  const lost = `Process ${frozen.pid} of the bus has not answered for some ms: ` +
    "messages to it are dropped until it does";
  const back = `Process ${frozen.pid} of the bus answers again`;
  // On a busy machine, others do not answer for a while, either.
  const lines = () =>
    bus.warnings.map((line) => line.replace(/\d+ ms/, "some ms"))
      .filter((line) => line === lost || line === back);
  for (let round = 0; round < 2; round++) {
    const before = lines().length;
    const thaw = await freeze(frozen);
    await thaw();
    await until(() => lines().length >= before + 2 && lines().at(-1) === back);
  }
  assertEquals(lines(), lines().map((_, at) => at % 2 === 0 ? lost : back));
  assertEquals(frozen.warnings, []);
  for (const each of [bus, frozen]) await each.close();
});
