import { assert, assertEquals } from "@std/assert";
import { encodedName } from "../../../../src/cluster/nats_bus/nats_names.ts";

Deno.test("names of servers stay readable", () => {
  assertEquals(encodedName("sj:chat:p:0a-B_9"), "sj/chat/p/0a-B_9");
});

Deno.test("every text becomes a name that NATS takes as one part, and no two the same", () => {
  const texts = ["", " ", ".", "a.b", "a:b", "a/b", "a=b", "a=3ab", "*", ">", "\0", "\n", "\ufeff"];
  texts.push("\u20ac", "\u{1f600}", "A", "a", "$KV", "a b", "=clock", "__proto__");
  const names = texts.map(encodedName);
  for (const name of names) assert(/^[-/=\w]+$/.test(name), name);
  assertEquals(new Set(names).size, names.length);
  assert(!names.includes("=clock"));
});
