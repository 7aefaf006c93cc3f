import { assertEquals, assertRejects } from "@std/assert";
import { CallTimeouts } from "../../../../src/cluster/call_timeouts.ts";
import { BucketClaims } from "../../../../src/cluster/nats_bus/bucket_claims.ts";
import { BucketState } from "../../../../src/cluster/nats_bus/bucket_state.ts";
import type { NatsConnection } from "../../../../src/cluster/nats_bus/nats_client.ts";
import { FakeBucket } from "../../../support/fake_bucket.ts";
import { fakeTime } from "../../../support/fake_time.ts";

const ttl = 10_000;

function setUp() {
  const bucket = new FakeBucket();
  const timeouts = new CallTimeouts(1000);
  const connection = { info: { server_id: "one", max_payload: 1 } } as NatsConnection;
  const state = new BucketState({
    connection,
    timeout: 1000,
    open: () => Promise.resolve(bucket),
    lost() {},
    warnOnce() {},
  });
  return { bucket, state, claims: new BucketClaims(state, timeouts, 1000) };
}

Deno.test("a claim ends by the server's clock, wherever that is", async () => {
  using time = fakeTime();
  for (const clockOffset of [0, -86_400_000, 86_400_000]) {
    const { bucket, claims } = setUp();
    bucket.clockOffset = clockOffset;
    assertEquals(await claims.claim("key", "one", ttl), "one");
    await time.tickAsync(ttl - 1);
    assertEquals(await claims.claim("key", "other", ttl), "one");
    await time.tickAsync(1);
    assertEquals(await claims.find("key"), undefined);
    assertEquals(await claims.renew([["key", "one"]], ttl), [false]);
    assertEquals(await claims.claim("key", "other", ttl), "other");
  }
});

Deno.test("a key is claimed again after its release", async () => {
  const { claims } = setUp();
  for (const holder of ["one", "other", "one"]) {
    assertEquals(await claims.claim("key", holder, ttl), holder);
    await claims.release("key", holder);
    assertEquals(await claims.find("key"), undefined);
  }
});

Deno.test("what another one writes between a look and a write stands", async () => {
  const { bucket, claims } = setUp();
  await claims.claim("key", "one", ttl);
  bucket.beforeWrite = () => bucket.write("key", `${ttl} other`);
  assertEquals(await claims.renew([["key", "one"]], ttl), [false]);
  bucket.beforeWrite = () => bucket.write("key", `${ttl} third`);
  await claims.release("key", "other");
  assertEquals(await claims.find("key"), "third");
  await claims.release("key", "third");
  bucket.beforeWrite = () => bucket.write("key", `${ttl} fourth`);
  assertEquals(await claims.claim("key", "one", ttl), "fourth");
});

Deno.test("a renewal that comes between does not keep a claim from its release", async () => {
  const { bucket, claims } = setUp();
  await claims.claim("key", "one", ttl);
  bucket.beforeWrite = () => bucket.write("key", `${ttl} one`);
  await claims.release("key", "one");
  assertEquals(await claims.find("key"), undefined);
});

Deno.test("a claim costs one call if the key is free, and two if it is held", async () => {
  const { bucket, claims } = setUp();
  await claims.find("other");
  bucket.calls.length = 0;
  await claims.claim("key", "one", ttl);
  assertEquals(bucket.calls.splice(0), ["put"]);
  await claims.claim("key", "other", ttl);
  assertEquals(bucket.calls, ["put", "get"]);
});

Deno.test("what is no claim is nobody's, and gives way to one", async () => {
  const { bucket, claims } = setUp();
  for (const text of ["", "one", "x one", " one", "60000"]) {
    bucket.write("key", text);
    assertEquals(await claims.find("key"), undefined, text);
  }
  assertEquals(await claims.claim("key", "one", ttl), "one");
});

Deno.test("times to live that are none, or too long for the bucket, are refused", async () => {
  const { bucket, claims } = setUp();
  bucket.ttl = ttl;
  for (const wrong of [0, -1, NaN, Infinity]) {
    await assertRejects(() => claims.claim("key", "one", wrong), TypeError);
  }
  await assertRejects(() => claims.claim("key", "one", ttl + 1), RangeError);
  assertEquals(await claims.claim("key", "one", ttl), "one");
});

Deno.test("a call whose answer an interruption has cost is made again", async () => {
  using time = fakeTime();
  const { bucket, state, claims } = setUp();
  await claims.find("key");
  const { put } = bucket;
  // It writes, and the answer is lost.
  bucket.put = (...args) => put.apply(bucket, args).then(() => new Promise(() => {}));
  const claimed = claims.claim("key", "one", ttl);
  await time.tickAsync(100);
  bucket.put = put;
  state.suspend();
  await time.tickAsync(300);
  state.resume();
  await time.tickAsync(200);
  assertEquals(await claimed, "one");
});

Deno.test("a call waits for a bucket that nobody answers for yet, and rejects with the reason", async () => {
  using time = fakeTime();
  const { bucket, claims } = setUp();
  const { status } = bucket;
  bucket.status = () => {
    const error = new Error("no responders");
    error.name = "JetStreamNotEnabled";
    return Promise.reject(error);
  };
  const found = claims.find("key");
  await time.tickAsync(500);
  bucket.status = status;
  await time.tickAsync(200);
  assertEquals(await found, undefined);
  bucket.isGone = true;
  const rejected = assertRejects(() => claims.find("key"), Error, "JetStream error 10059");
  await time.tickAsync(1000);
  await rejected;
});

Deno.test("what cannot succeed later rejects at once", async () => {
  const { bucket, claims } = setUp();
  bucket.put = () => Promise.reject(new Error("maximum bytes exceeded"));
  await assertRejects(() => claims.claim("key", "one", ttl), Error, "maximum bytes exceeded");
});
