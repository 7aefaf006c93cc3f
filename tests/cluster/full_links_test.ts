/**
 * A link of a local bus on which messages were dropped takes messages again, on each runtime.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { until } from "../support/until.ts";
import { BusProcess } from "./bus_process.ts";

for (const runtime of ["deno", "bun", "node24", "node20"] as const) {
  for (const maxQueued of [0, 1000, 300_000]) {
    Deno.test(`${runtime}: with room for ${maxQueued} bytes, a link on which messages were dropped takes others later`, async () => {
      const folder = await Deno.makeTempDir({ prefix: "bus-" });
      const start = () => BusProcess.start(runtime, { name: "full", folder, maxQueued });
      const [publisher, reader] = [await start(), await start()];
      const got: number[] = [];
      let gaps = 0;
      reader.watch({ back: ({ missedMessages }) => gaps += missedMessages ? 1 : 0 });
      await reader.subscribe("channel", ({ length }) => got.push(length));
      // Alone, a message may be of any size.
      assertEquals(await publisher.publish("channel", "x".repeat(maxQueued + 1)), 1);
      await until(() => got.length === 1);
      for (let round = 1; round <= 3; round++) {
        await publisher.call("burst", "channel", 8, maxQueued / 3 | 0);
        await until(() => gaps === round);
        got.length = 0;
        await until(async () => await publisher.publish("channel", "again") === 1);
        await until(() => got.at(-1) === "again".length);
      }
      for (const bus of [publisher, reader]) await bus.close();
      await Deno.remove(folder, { recursive: true });
    });
  }
}
