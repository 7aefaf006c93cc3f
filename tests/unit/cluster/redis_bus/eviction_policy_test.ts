import { assertEquals } from "@std/assert";
import { tellPolicy } from "../../../../src/cluster/redis_bus/eviction_policy.ts";

/** What is told, given what Redis says about its memory. */
async function told(info: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  await tellPolicy(info, (line) => lines.push(line));
  return lines;
}

const memory = (policy: string) =>
  Promise.resolve(`# Memory\r\nmaxmemory:0\r\nmaxmemory_policy:${policy}\r\nx:1\r\n`);

Deno.test("a policy that lets Redis throw claims away is told", async () => {
  for (const policy of ["allkeys-lru", "volatile-ttl"]) {
    const [line = "", ...others] = await told(() => memory(policy));
    assertEquals(others, []);
    assertEquals(line.includes(`maxmemory-policy is ${policy}`), true, line);
  }
});

Deno.test("nothing is told of noeviction, nor where it cannot be asked for", async () => {
  assertEquals(await told(() => memory("noeviction")), []);
  assertEquals(await told(() => Promise.resolve("")), []);
  assertEquals(await told(() => Promise.reject(new Error("NOPERM"))), []);
});
