/** A short soak of a cluster. `deno task soak --cluster` is the long one, which also judges memory. */

import { assertEquals } from "@std/assert";
import { engineNames, hasEngine } from "../support/engine.ts";
import { presentHosts } from "../support/hosts.ts";
import { soakCluster } from "./cluster_soak/cluster_soak.ts";
import { runtimes } from "./cluster_soak/members.ts";
import { clusterFaultsOf } from "./cluster_soak/report.ts";

Deno.test({
  name: "members of a cluster that are killed and frozen lose nothing that they have acknowledged",
  ignore: !runtimes.every((runtime) => presentHosts.has(runtime)),
  async fn() {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const found = await soakCluster({ sessions: 40, seconds: 30, seed, peerTimeout: 3000 });
    assertEquals([seed, clusterFaultsOf(found)], [seed, []]);
  },
});

for (const engine of engineNames) {
  Deno.test({
    name:
      `sessions that are shared over ${engine} survive its restarts, and leave no claims behind`,
    ignore: !runtimes.every((runtime) => presentHosts.has(runtime)) || !hasEngine(engine),
    async fn() {
      const seed = Math.floor(Math.random() * 2 ** 32);
      const found = await soakCluster({
        sessions: 20,
        seconds: 8,
        seed,
        peerTimeout: 3000,
        engine,
      });
      assertEquals([seed, clusterFaultsOf(found)], [seed, []]);
    },
  });
}
