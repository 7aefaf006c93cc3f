/** A short soak of a cluster. `deno task soak --cluster` is the long one, which also judges memory. */

import { assertEquals } from "@std/assert";
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
