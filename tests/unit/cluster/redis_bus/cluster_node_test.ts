import { assertEquals, assertMatch } from "@std/assert";
import { clusterRefusal } from "../../../../src/cluster/redis_bus/cluster_node.ts";

Deno.test("a node of a cluster is refused, and nothing else", async () => {
  const cluster = (line: string) => (section: string) =>
    Promise.resolve(section === "cluster" ? `# Cluster\r\n${line}\r\n` : "");
  assertMatch(await clusterRefusal(cluster("cluster_enabled:1")) ?? "", /needs a single Redis/);
  for (const line of ["cluster_enabled:0", ""]) {
    assertEquals(await clusterRefusal(cluster(line)), undefined);
  }
  assertEquals(await clusterRefusal(() => Promise.resolve(null)), undefined);
  assertEquals(await clusterRefusal(() => Promise.reject(new Error("NOPERM"))), undefined);
});
