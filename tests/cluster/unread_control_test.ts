/**
 * Subscriptions for a member of a local bus that reads nothing do not pile up without bound.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { until } from "../support/until.ts";
import { BusProcess } from "./bus_process.ts";

for (const runtime of ["deno", "bun", "node24", "node20"] as const) {
  Deno.test(`${runtime}: a member that does not read tens of megabytes of subscriptions is unlinked, and tells a gap`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "bus-" });
    const options = { name: "control", folder, peerTimeout: 600_000, maxQueued: 1000 };
    const start = () => BusProcess.start(runtime, options);
    const [busy, frozen] = [await start(), await start()];
    let gaps = 0;
    frozen.watch({ back: ({ missedMessages }) => gaps += missedMessages ? 1 : 0 });
    await frozen.subscribe("channel", () => {});
    frozen.signal("SIGSTOP");
    try {
      // It resolves as the link ends: no link is left that has to confirm.
      await busy.call("subscribeMany", "x".repeat(300), 100_000);
    } finally {
      frozen.signal("SIGCONT");
    }
    await until(() => gaps > 0);
    await until(async () => await busy.publish("channel", "x") === 1);
    // All subscriptions are there again.
    assertEquals(await frozen.publish(`${"x".repeat(300)} 100000`, "x"), 1);
    for (const bus of [busy, frozen]) await bus.close();
    await Deno.remove(folder, { recursive: true });
  });
}
