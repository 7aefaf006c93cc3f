import { assertEquals, assertRejects } from "@std/assert";
import { BucketState } from "../../../../src/cluster/nats_bus/bucket_state.ts";
import type { NatsConnection } from "../../../../src/cluster/nats_bus/nats_client.ts";
import { FakeBucket } from "../../../support/fake_bucket.ts";
import { fakeTime, microtasks } from "../../../support/fake_time.ts";

function setUp() {
  const bucket = new FakeBucket();
  const info = { server_id: "one", max_payload: 1 };
  const found = { losses: 0, opened: 0, lines: [] as string[] };
  const state = new BucketState({
    connection: { info } as NatsConnection,
    timeout: 1000,
    open() {
      found.opened++;
      bucket.isGone = false;
      return Promise.resolve(bucket);
    },
    lost: () => found.losses++,
    warnOnce: (message) => found.lines.push(message),
  });
  const interrupt = async () => {
    state.suspend();
    state.resume();
    await microtasks();
  };
  return { bucket, info, found, state, interrupt };
}

Deno.test("the bucket is checked at first, and again after a minute", async () => {
  using time = fakeTime();
  const { bucket, state } = setUp();
  await Promise.all([state.checked(), state.checked()]);
  assertEquals(bucket.calls.splice(0), ["status", "put", "get"]);
  await time.tickAsync(59_999);
  await state.checked();
  assertEquals(bucket.calls, []);
  await time.tickAsync(1);
  await state.checked();
  assertEquals(bucket.calls, ["status", "put", "get"]);
});

Deno.test("an interruption costs no claims, unless the bucket shows it", async () => {
  const { found, state, interrupt } = setUp();
  await state.checked();
  await interrupt();
  assertEquals(found.losses, 0);
});

Deno.test("a bucket that was made anew, or lacks the last writes, has lost claims", async () => {
  const { bucket, found, state, interrupt } = setUp();
  await state.checked();
  bucket.created = "second";
  await interrupt();
  assertEquals(found.losses, 1);
  bucket.write("key", "value");
  state.wrote(bucket.lastRevision, 0);
  bucket.rollBack(1);
  await interrupt();
  assertEquals(found.losses, 2);
  await interrupt();
  assertEquals(found.losses, 2);
});

Deno.test("another server may have lost claims, unless there are replicas", async () => {
  const { bucket, info, found, state, interrupt } = setUp();
  await state.checked();
  info.server_id = "two";
  await interrupt();
  assertEquals(found.losses, 1);
  bucket.replicas = 3;
  info.server_id = "three";
  await interrupt();
  assertEquals(found.losses, 1);
});

Deno.test("a write whose revision was there before shows the loss without an interruption", async () => {
  const { bucket, found, state } = setUp();
  await state.checked();
  bucket.write("key", "value");
  state.wrote(bucket.lastRevision, state.highest);
  await microtasks();
  assertEquals(found.losses, 0);
  bucket.rollBack(0);
  bucket.write("other", "value");
  state.wrote(bucket.lastRevision, state.highest);
  await microtasks();
  assertEquals(found.losses, 1);
});

Deno.test("whoever waits for the bucket learns of a loss before it gets it", async () => {
  const { bucket, found, state } = setUp();
  await state.checked();
  state.suspend();
  let lossesThen: number | undefined;
  const waiting = state.checked().then(() => lossesThen = found.losses);
  await microtasks();
  assertEquals(lossesThen, undefined);
  bucket.created = "second";
  state.resume();
  await waiting;
  assertEquals(lossesThen, 1);
});

Deno.test("a bucket that is gone is opened again, and the loss told, though nobody asks", async () => {
  using time = fakeTime();
  const { bucket, found, state } = setUp();
  await state.checked();
  bucket.isGone = true;
  bucket.created = "second";
  state.doubt();
  await time.tickAsync(0);
  assertEquals(found, { losses: 1, opened: 2, lines: [] });
});

Deno.test("a check that began before an interruption does not count", async () => {
  using time = fakeTime();
  const { bucket, found, state } = setUp();
  await state.checked();
  const { get } = bucket;
  const answer = Promise.withResolvers<void>();
  bucket.get = (key) => answer.promise.then(() => get.call(bucket, key));
  state.doubt();
  await time.tickAsync(0);
  state.suspend();
  bucket.created = "second";
  state.resume();
  bucket.get = get;
  answer.resolve();
  await time.tickAsync(1000);
  assertEquals(found.losses, 1);
});

Deno.test("a check that fails is tried again, until the bus is closed", async () => {
  using time = fakeTime();
  const { bucket, found, state } = setUp();
  await state.checked();
  const { status } = bucket;
  bucket.status = () => Promise.reject(new Error("no leader"));
  state.doubt();
  await time.tickAsync(5000);
  await assertRejects(() => state.checked(), Error, "no leader");
  bucket.status = status;
  bucket.created = "second";
  await time.tickAsync(1000);
  assertEquals(found.losses, 1);
  bucket.status = () => Promise.reject(new Error("no leader"));
  state.doubt();
  state.close();
  await time.tickAsync(1000);
  bucket.status = status;
  bucket.created = "third";
  await time.tickAsync(5000);
  assertEquals(found.losses, 1);
});

Deno.test("a bucket that keeps everything, or reads what is old, is told", async () => {
  const { bucket, found, state } = setUp();
  bucket.ttl = 0;
  bucket.replicas = 3;
  Object.assign(bucket, { direct: true });
  await state.checked();
  assertEquals(found.lines, [
    "The bucket has no ttl: what has ended stays in it for ever",
    "The bucket may read from replicas that are behind: use allow_direct: false",
  ]);
});
