import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CallTimeouts } from "../../../../src/cluster/call_timeouts.ts";
import { Flushes } from "../../../../src/cluster/nats_bus/flushes.ts";
import type { NatsConnection } from "../../../../src/cluster/nats_bus/nats_client.ts";
import { fakeTime, microtasks } from "../../../support/fake_time.ts";

/** Flushes that a test answers. */
function setUp() {
  const asked: PromiseWithResolvers<void>[] = [];
  const flush = () => {
    const answer = Promise.withResolvers<void>();
    asked.push(answer);
    return answer.promise;
  };
  const flushes = new Flushes({ flush } as NatsConnection, new CallTimeouts(1000));
  return { asked, flushes };
}

Deno.test("one question does for all that was sent before, and the next waits for its answer", async () => {
  const { asked, flushes } = setUp();
  const done: string[] = [];
  const send = (name: string) => flushes.confirmed(10).then(() => done.push(name));
  send("first");
  send("second");
  await microtasks();
  send("third");
  await microtasks();
  assertEquals([asked.length, flushes.bytes, done], [1, 30, []]);
  asked[0]!.resolve();
  await microtasks();
  assertEquals([asked.length, flushes.bytes, done], [2, 10, ["first", "second"]]);
  asked[1]!.resolve();
  await microtasks();
  assertEquals([asked.length, flushes.bytes, done], [2, 0, ["first", "second", "third"]]);
});

Deno.test("what was lost with the connection rejects, and what is sent later does not", async () => {
  const { asked, flushes } = setUp();
  const lost = flushes.confirmed(10);
  await microtasks();
  asked[0]!.reject(new Error("disconnected"));
  await assertRejects(() => lost, Error, "disconnected");
  const sent = flushes.confirmed(10);
  await microtasks();
  asked[1]!.resolve();
  await sent;
  assertEquals(flushes.bytes, 0);
});

Deno.test("without an answer it rejects in time, and counts what still waits in the client", async () => {
  using time = fakeTime();
  const { asked, flushes } = setUp();
  const sent = flushes.confirmed(10);
  const rejected = assertRejects(() => sent, Error, "no answer within 1000 ms");
  await time.tickAsync(1000);
  await rejected;
  assertEquals(flushes.bytes, 10);
  const later = flushes.confirmed(5);
  await microtasks();
  asked[1]!.resolve();
  await later;
  assertEquals(flushes.bytes, 10);
  asked[0]!.resolve();
  await microtasks();
  assertEquals(flushes.bytes, 0);
});

Deno.test("what the server has not taken leaves room for 64 MiB, whether it was given up or not", async () => {
  using time = fakeTime();
  const { asked, flushes } = setUp();
  const most = 64 * 1024 * 1024;
  flushes.checkRoom(most);
  const sent = assertRejects(() => flushes.confirmed(most - 1), Error, "no answer");
  flushes.checkRoom(1);
  assertThrows(
    () => flushes.checkRoom(2),
    Error,
    "67108864 bytes wait for the NATS server already",
  );
  await time.tickAsync(1000);
  await sent;
  assertThrows(() => flushes.checkRoom(2), Error, "67108864 bytes wait");
  asked[0]!.resolve();
  await microtasks();
  flushes.checkRoom(most);
});
