import { assertEquals, assertRejects } from "@std/assert";
import { BoundedAdapter } from "../../../../src/cluster/redis_bus/bounded_adapter.ts";
import type { RedisAdapter } from "../../../../src/cluster/redis_bus/redis_adapter.ts";
import { microtasks } from "../../../support/fake_time.ts";

const mebibyte = "x".repeat(1024 * 1024);
const refused = "Redis has not answered too many commands";

/** A client whose commands a test answers. */
function setUp() {
  const asked: PromiseWithResolvers<unknown>[] = [];
  const ask = () => {
    const answer = Promise.withResolvers<unknown>();
    asked.push(answer);
    return answer.promise;
  };
  const [command, subscribe, unsubscribe] = [ask, ask, ask];
  const client: RedisAdapter = {
    ...{ isReady: true, connect() {}, release() {} },
    ...{ command, subscribe, unsubscribe },
  };
  return { asked, adapter: new BoundedAdapter(client) };
}

Deno.test("a client is given commands until those without an answer take 64 MiB", async () => {
  const { asked, adapter } = setUp();
  const first = adapter.command("PUBLISH", ["channel", mebibyte]);
  for (let at = 1; at < 63; at++) adapter.command("PUBLISH", ["channel", mebibyte]);
  await assertRejects(() => adapter.command("PUBLISH", [mebibyte, mebibyte]), Error, refused);
  assertEquals(asked.length, 63);
  // Answers of any kind make room.
  asked[0]!.resolve("answer");
  assertEquals(await first, "answer");
  asked[1]!.reject(new Error("NOPERM"));
  await microtasks();
  adapter.command("PUBLISH", [mebibyte, mebibyte]).catch(() => {});
  assertEquals(asked.length, 64);
});

Deno.test("many small commands count as well, and so does what is subscribed to or left", async () => {
  const { asked, adapter } = setUp();
  const calls = [
    () => adapter.command("GET", []),
    () => adapter.subscribe(["channel"]),
    () => adapter.unsubscribe("channel"),
  ];
  for (let at = 0; at < 63; at++) adapter.command("PUBLISH", [mebibyte]);
  for (let at = 0; at < 2048; at++) calls[at % 3]!().catch(() => {});
  const small = asked.length - 63;
  assertEquals(small > 1900 && small < 2048, true, String(small));
  for (const call of calls) await assertRejects(call, Error, refused);
});
