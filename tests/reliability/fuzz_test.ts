/** Tests that random input neither stops the server nor disturbs other clients. */

import { assertEquals } from "@std/assert";
import { runtimeCommand } from "../../scripts/runtimes.ts";
import { run } from "../../scripts/run.ts";
import { isQuiet, openSockets } from "../support/leftovers.ts";
import { TestServer } from "../support/test_server.ts";
import { presentHosts, startServer } from "../support/hosts.ts";
import { drawCase } from "./fuzz/all_cases.ts";
import { attack } from "./fuzz/campaign.ts";
import { prefixes } from "./fuzz/services.ts";

/**
 * The first seed, and how many cases each server gets: `FUZZ_SEED=1234 FUZZ_CASES=1 deno test …`.
 * Where there are three, they are 200,000 with the payloads.
 */
const seed = Number(Deno.env.get("FUZZ_SEED") ?? Date.now() % 1e9);
const cases = Number(Deno.env.get("FUZZ_CASES") ?? 40_000);
const payloads = Math.ceil(cases * 2 / 3);

const script = new URL("./fuzz/server.ts", import.meta.url);
const decoder = new URL("./fuzz/decoder_program.ts", import.meta.url);

for (const host of ["deno", "bun", "node24"] as const) {
  Deno.test({
    name: `${host} fuzz: ${cases} cases from seed ${seed} do no harm`,
    ignore: !presentHosts.has(host),
    fn: async () => {
      const start = () => startServer(host, script);
      await using process = await start();
      using server = new TestServer(host, process);
      await server.disconnectDelays(1);
      const before = await openSockets(server);
      await attack({ host, draw: drawCase, start }, process, { seed, count: cases });
      for (const prefix of Object.values(prefixes)) await isQuiet(server, prefix, before);
      const { code, stderr } = await process.stop();
      assertEquals({ code, stderr }, { code: 0, stderr: "" });
    },
  });

  Deno.test({
    name: `${host} fuzz: ${payloads} payloads from seed ${seed} are decoded as they should be`,
    ignore: !presentHosts.has(host),
    fn: async () => {
      const command = await runtimeCommand(host) ?? [];
      const printed = await run([...command, decoder.pathname, `${seed}`, `${payloads}`]);
      assertEquals(printed, `${payloads} payloads\n`);
    },
  });
}
