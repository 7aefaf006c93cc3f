/** A short soak. `deno task soak` is the long one, which also judges memory. */

import { assertEquals } from "@std/assert";
import { type HostName, presentHosts } from "../support/hosts.ts";
import { soak } from "./soak/soak.ts";
import { faultsOf } from "./soak/verdict.ts";

const hosts = (["deno", "bun", "node24"] satisfies HostName[])
  .filter((host) => presentHosts.has(host));

Deno.test("100 sessions at a time lose no message and leave nothing behind, on each runtime", async () => {
  // They wait most of the time: at once they take no longer than one.
  const found = await Promise.all(hosts.map(async (host) => {
    const seed = Math.floor(Math.random() * 2 ** 32);
    const found = await soak({ host, sessions: 100, seconds: 10, seed });
    return [`${host}, seed ${seed}`, faultsOf(found).concat(found.tally.faults)] as const;
  }));
  assertEquals(found, found.map(([name]) => [name, []] as const));
});
