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
  const { claims, sent } = withReplies(null, "other", "");
  assertEquals(await claims.claim("key", "own", 999.5), "own");
  assertEquals(await claims.claim("key", "own", 0.1), "other");
  // Something that has no text.
  assertEquals(await claims.claim("key", "own", 1), "");
  assertEquals(sent, ["1000", "1", "1"].map((ttl) => ["EVAL", "script", "1", "key", "own", ttl]));
});

Deno.test("a value that would not be read as a whole is refused", async () => {
  const { claims, sent } = withReplies(null);
  await assertRejects(() => claims.claim("key", "x".repeat(21_846), 1), RangeError, "too long");
  assertEquals(sent, []);
  await claims.claim("key", "x".repeat(21_845), 1);
});

Deno.test("a client that gives bytes instead of texts makes nobody the holder", async () => {
  const bytes = new Uint8Array([120]);
  const { claims } = withReplies(bytes, bytes, undefined);
  const message = "something else than texts";
  await assertRejects(() => claims.claim("key", "own", 1000), TypeError, message);
  await assertRejects(() => claims.find("key"), TypeError, message);
  await assertRejects(() => claims.claim("key", "own", 1000), TypeError, message);
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
