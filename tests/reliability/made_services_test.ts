/** Whatever a service is like, and whatever goes on around it, nothing brings the server down. */

import { assertEquals } from "@std/assert";
import { isQuiet, openFiles } from "../conformance/hostile/leftovers.ts";
import { TestServer } from "../conformance/test_server.ts";
import { presentHosts, startServer } from "../hosts.ts";
import { attack, unexpected } from "./fuzz/campaign.ts";
import { drawMadeCase } from "./fuzz/made/all_cases.ts";

/** As in fuzz_test.ts; there are fewer of these cases, for each takes longer. */
const seed = Number(Deno.env.get("FUZZ_SEED") ?? Date.now() % 1e9);
const cases = Math.ceil(Number(Deno.env.get("FUZZ_CASES") ?? 40_000) / 32);

/** Deno and Bun print why the server cut somebody off, Bun with lines of the source around. */
const reason = "A client that takes nothing any more is cut off";
const cutOff = new RegExp(
  `^\\[Error: ${reason}\\]\\n|(?:^ *\\d+ \\| .*\\n)*^ *\\^\\nerror: ${reason}\\n(?: +at .*\\n)*\\n?`,
  "gm",
);

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
      const before = await openFiles(server);
      const campaign = {
        ...{ host, draw: drawMadeCase(host), start, hasPorts: true, mayPrint: cutOff },
      };
      await attack(campaign, process, { seed, count: cases });
      await isQuiet(server, "/echo", before);
      const ended = await process.stop();
      const stderr = unexpected(campaign, ended);
      assertEquals({ code: ended.code, stderr }, { code: 0, stderr: "" });
    },
  });
}
