/**
 * What other members of a local bus get of one that ends, and what they are told.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { Interruption } from "../../src/cluster/bus.ts";
import { until } from "../support/until.ts";
import { BusProcess } from "./bus_process.ts";

const runtimes = ["deno", "bun", "node24", "node20"] as const;

/** A member that ends, and one that reads on each runtime. */
class Ending implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "bus-" });
  readonly readers: BusProcess[] = [];
  readonly got = new Map<BusProcess, number>();
  readonly told = new Map<BusProcess, Interruption[]>();

  async open(runtime: (typeof runtimes)[number], settings: object = {}): Promise<BusProcess> {
    return await BusProcess.start(runtime, { name: "test", folder: this.folder, ...settings });
  }

  /** The settings are those of the member that ends. */
  async start(runtime: (typeof runtimes)[number], settings: object = {}): Promise<BusProcess> {
    for (const other of runtimes) {
      const reader = await this.open(other);
      const told: Interruption[] = [];
      this.told.set(reader, told);
      reader.watch({ back: (interruption) => told.push(interruption) });
      await reader.subscribe("channel", () => {
        this.got.set(reader, (this.got.get(reader) ?? 0) + 1);
      });
      this.readers.push(reader);
    }
    const ending = await this.open(runtime, settings);
    await until(async () => await ending.publish("nothing", "") === 0);
    await until(async () => await ending.publish("channel", "first") === runtimes.length);
    await until(() => this.readers.every((reader) => this.got.has(reader)));
    this.got.clear();
    return ending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const reader of this.readers) await reader.close();
    await Deno.remove(this.folder, { recursive: true });
  }
}

const lost = { missedMessages: true, lostClaims: false };

for (const runtime of runtimes) {
  Deno.test(`${runtime}: what a member has published before its bus closed arrives, and no gap is told`, async () => {
    await using test = new Ending();
    const ending = await test.start(runtime);
    // More than the buffers of the system hold, for members that are busy at the moment.
    for (const reader of test.readers) reader.call("block", 300);
    ending.call("publishAndEnd", "channel", 300, 10_000).catch(() => {});
    await ending.ended();
    await until(() => test.readers.every((reader) => test.got.get(reader) === 300));
    // A later member shows that all have noticed the end.
    const later = await test.open(runtime);
    await until(async () => await later.publish("channel", "last") === runtimes.length);
    await until(() => test.readers.every((reader) => test.got.get(reader) === 301));
    assertEquals([...test.told.values()].flat().filter((one) => one.missedMessages), []);
    await later.close();
  });

  Deno.test(`${runtime}: a member that is killed makes all others tell a gap`, async () => {
    await using test = new Ending();
    const ending = await test.start(runtime);
    for (const reader of test.readers) reader.call("block", 300);
    ending.call("publishAndDie", "channel", 20, 1024 * 1024).catch(() => {});
    await ending.ended();
    await until(() =>
      [...test.told.values()].every((told) => told.some((one) => one.missedMessages))
    );
    assertEquals([...test.told.values()].map(([first]) => first), runtimes.map(() => lost));
  });

  Deno.test(`${runtime}: a member that has dropped messages before its bus closes makes the others tell a gap`, async () => {
    await using test = new Ending();
    const ending = await test.start(runtime, { maxQueued: 100_000 });
    ending.call("publishAndEnd", "channel", 300, 10_000).catch(() => {});
    await ending.ended();
    await until(() =>
      [...test.told.values()].every((told) => told.some((one) => one.missedMessages))
    );
  });

  Deno.test(`${runtime}: a bus closes while another member is frozen`, async () => {
    await using test = new Ending();
    const ending = await test.start(runtime);
    test.readers[0]!.signal("SIGSTOP");
    try {
      ending.call("publishAndEnd", "channel", 300, 10_000).catch(() => {});
      await ending.ended();
    } finally {
      test.readers[0]!.signal("SIGCONT");
    }
    // What did not fit into the buffers of the system is lost, and it is told.
    await until(() => test.told.get(test.readers[0]!)!.some((one) => one.missedMessages));
    assertEquals(test.readers.slice(1).map((reader) => test.got.get(reader)), [300, 300, 300]);
  });
}
