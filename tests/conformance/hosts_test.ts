/** No host is left out. */

import { assertEquals } from "@std/assert";
import { hostNames } from "../support/hosts.ts";

Deno.test("each host has a test file of its own, which runs all facts on it", async () => {
  const folder = new URL("hosts/", import.meta.url);
  const found: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(new URL(name, folder));
    const host = /^testFactsOn\("(.+)"\);\nawait import\("\.\.\/all_facts\.ts"\);$/m.exec(text)
      ?.[1];
    assertEquals(name, `${host?.replace("-", "_")}_test.ts`);
    found.push(host ?? "");
  }
  assertEquals(found.sort(), hostNames.toSorted());
});
