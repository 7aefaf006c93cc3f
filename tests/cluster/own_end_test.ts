/**
 * A bus keeps no process from its end.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { scriptCommand } from "../../scripts/runtimes.ts";
import { localBus } from "../../src/cluster/local_bus/local_bus.ts";

const program = new URL("short_program.ts", import.meta.url);
const kinds = {
  bus: "a bus, a subscription and a claim",
  server: "a server in a cluster",
  failing: "a server whose bus fails",
};

for (const runtime of ["deno", "bun", "node24", "node20"] as const) {
  for (const [kind, what] of Object.entries(kinds)) {
    Deno.test(`${runtime}: a program with ${what} ends by itself`, async () => {
      const folder = await Deno.makeTempDir({ prefix: "bus-" });
      const other = localBus({ name: "test", folder });
      await other.subscribe("channel", () => {});
      const [command = "", ...args] = (await scriptCommand(runtime, program))!;
      const { code, stdout } = await new Deno.Command(command, {
        args: [...args, kind, folder],
        signal: AbortSignal.timeout(60_000),
      }).output();
      assertEquals([code, new TextDecoder().decode(stdout).trim()], [0, "holder"]);
      await other.close();
      await Deno.remove(folder, { recursive: true });
    });
  }
}
