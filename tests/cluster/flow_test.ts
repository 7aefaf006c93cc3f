/**
 * A slow member of a local bus neither stops the others nor fills their memory, and learns what it has
 * missed.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { Interruption } from "../../src/cluster/bus.ts";
import { until } from "../support/until.ts";
import { BusProcess } from "./bus_process.ts";

const mebibyte = 1024 * 1024;
const count = 100;
/** How many are published before the reader has to have read them. */
const portion = 5;

for (const runtime of ["deno", "bun", "node24"] as const) {
  Deno.test(`${runtime}: a member that does not read loses messages, is told, and holds no other up`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "bus-" });
    // Longer than it is frozen.
    const options = { name: "flow", folder, peerTimeout: 60_000, maxQueued: 16 * mebibyte };
    const start = () => BusProcess.start(runtime, options);
    const [publisher, reader, frozen] = [await start(), await start(), await start()];
    const told: Interruption[] = [];
    frozen.watch({ back: (interruption) => told.push(interruption) });
    const [read, missed] = [{ count: 0 }, { count: 0, ended: 0 }];
    await reader.subscribe("channel", () => read.count++);
    await frozen.subscribe("channel", (payload) => {
      if (payload === "again") missed.ended++;
      else missed.count++;
    });
    await publisher.call("flood", "channel", 10, mebibyte);
    await until(() => read.count === 11 && missed.count === 11);
    const before = await publisher.call<number>("memory");
    frozen.signal("SIGSTOP");
    const already = read.count;
    for (let sent = 0; sent < count; sent += portion) {
      await publisher.call("flood", "channel", portion, mebibyte);
      // So that it has read what it was sent, however busy the machine is.
      await until(() => read.count === already + (sent / portion + 1) * (portion + 1));
    }
    const grown = await publisher.call<number>("memory") - before;
    frozen.signal("SIGCONT");
    await until(() => told.some(({ missedMessages }) => missedMessages));
    assert(missed.count < count, `It got ${missed.count} messages`);
    assert(grown < 100 * mebibyte, `The publisher has grown by ${grown / mebibyte} MiB`);
    await publisher.publish("channel", "again");
    await until(() => missed.ended === 1);
    assertEquals([publisher.warnings, reader.warnings, frozen.warnings], [[], [], []]);
    for (const bus of [publisher, reader, frozen]) await bus.close();
    await Deno.remove(folder, { recursive: true });
  });
}
