import { assertEquals, assertRejects } from "@std/assert";
import { RedisClaims } from "../../../../src/cluster/redis_bus/redis_claims.ts";

/** Claims on an engine that gives these replies, and the commands that it gets. */
function withReplies(...replies: unknown[]): { claims: RedisClaims; sent: string[][] } {
  const sent: string[][] = [];
  const claims = new RedisClaims((name, args) => {
    // Scripts are tested with a real Redis.
    sent.push([name, ...args.map((arg) => arg.includes("\n") ? "script" : arg)]);
    const reply = replies.shift();
    return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
  });
  return { claims, sent };
}

Deno.test("a claim is one command, and gives who holds the key", async () => {
  const { claims, sent } = withReplies(null, "other");
  assertEquals(await claims.claim("key", "own", 999.5), "own");
  assertEquals(await claims.claim("key", "own", 0.1), "other");
  assertEquals(sent, [
    ["SET", "key", "own", "NX", "GET", "PX", "1000"],
    ["SET", "key", "own", "NX", "GET", "PX", "1"],
  ]);
});

Deno.test("an engine that does not know this command is asked by a script from then on", async () => {
  const { claims, sent } = withReplies(new Error("ERR syntax error"), null, "other");
  assertEquals(await claims.claim("key", "own", 1000), "own");
  assertEquals(await claims.claim("key", "own", 1000), "other");
  const script = ["EVAL", "script", "1", "key", "own", "1000"];
  assertEquals(sent.slice(1), [script, script]);
});

Deno.test("another failure of a claim is told, and changes nothing", async () => {
  const { claims, sent } = withReplies(new Error("LOADING"), null);
  await assertRejects(() => claims.claim("key", "own", 1000), Error, "LOADING");
  await claims.claim("key", "own", 1000);
  assertEquals(sent.map(([name]) => name), ["SET", "SET"]);
});

Deno.test("claims are renewed a hundred at a time, in order", async () => {
  const replies = [Array(100).fill(1), Array(100).fill(0), [1]];
  const { claims, sent } = withReplies(...replies);
  const all = Array.from({ length: 201 }, (_, at) => [`key ${at}`, `value ${at}`] as const);
  assertEquals(await claims.renew(all, 1000), replies.flat().map((one) => one === 1));
  assertEquals(sent.map((args) => args.length), [204, 204, 6]);
  assertEquals(sent[2], ["EVAL", "script", "1", "key 200", "1000", "value 200"]);
  assertEquals(await claims.renew([], 1000), []);
});
