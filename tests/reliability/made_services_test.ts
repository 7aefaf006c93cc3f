/**
 * Tests that random input does not stop a server, whatever its services and its surroundings are.
 */

import { assertEquals } from "@std/assert";
import { cutOff } from "../support/cut_off.ts";
import { isQuiet, openSockets } from "../support/leftovers.ts";
import { TestServer } from "../support/test_server.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import { presentHosts, startServer } from "../support/hosts.ts";
import { attack, unexpected } from "./fuzz/campaign.ts";
import { drawMadeCase } from "./fuzz/made/all_cases.ts";
import { stall } from "./fuzz/stall.ts";

/** As in fuzz_test.ts; there are fewer of these cases, for each takes longer. */
const seed = Number(Deno.env.get("FUZZ_SEED") ?? Date.now() % 1e9);
const cases = Math.ceil(Number(Deno.env.get("FUZZ_CASES") ?? 40_000) / 50);
const stalls = Math.ceil(cases / 800);

/** Seeds 40824094 and, sometimes, 39423501 make Node 24.21 fail. */
const faultOfNode = /Assertion failed: \(current_nghttp2_memory_\) == \(0\)/;

const script = new URL("./fuzz/made/server.ts", import.meta.url);

for (const host of ["deno", "bun", "node24", "deno-node", "bun-node"] as const) {
  Deno.test({
    name: `${host} fuzz: ${cases} services from seed ${seed} come to no harm`,
    ignore: !presentHosts.has(host),
    fn: async () => {
      const start = () => startServer(host, script);
      await using process = await start();
      using server = new TestServer(host, process);
      await server.disconnectDelays(1);
      const before = await openSockets(server);
      const draw = drawMadeCase(host);
      const campaign = { host, draw, start, hasPorts: true, mayPrint: cutOff };
      try {
        await attack(campaign, process, { seed, count: cases });
      } catch (error) {
        if (!faultOfNode.test(`${error}`)) throw error;
        console.log(`Node has ended by a fault of its own; see "HTTP/2 on Node" in SECURITY.md`);
        return;
      }
      await isQuiet(server, "/echo", before);
      const ended = await process.stop();
      const stderr = unexpected(campaign, ended);
      assertEquals({ code: ended.code, stderr }, { code: 0, stderr: "" });
    },
  });

  Deno.test({
    name: `${host} fuzz: ${stalls} stalls from seed ${seed} cost nobody a session`,
    ignore: !presentHosts.has(host),
    fn: async () => {
      await using process = await startServer(host, script);
      using server = new TestServer(host, process);
      for (let at = seed; at < seed + stalls; at++) {
        await stall(server, new SeededRandom(at), `fuzz${at}`).catch((error) => {
          throw new Error(`FUZZ_SEED=${at} FUZZ_CASES=1`, { cause: error });
        });
      }
    },
  });
}
