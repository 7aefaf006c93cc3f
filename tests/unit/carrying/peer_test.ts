import { assertEquals } from "@std/assert";
import { type Exchange, Peer } from "../../../src/carrying/peer.ts";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";

Deno.test("what is asked of a peer that was silent and is not there now fails at once", async () => {
  using time = fakeTime();
  let count: number | undefined = 0;
  const settings = { peerTimeout: 6000, maxPayload: 64 * 1024, maxMessage: 1000 };
  const peer = new Peer("a".repeat(32), "b".repeat(32), settings, {
    publish: () => Promise.resolve(count),
    begun() {},
    failed(error) {
      throw error;
    },
  });
  let last = 0;
  const ask = async (): Promise<() => boolean> => {
    let isBroken = false;
    const exchange: Exchange = { take() {}, broken: () => isBroken = true };
    peer.carry(++last, exchange);
    peer.begin(["send", last]);
    await microtasks();
    return () => isBroken;
  };
  const first = await ask();
  // It may come back.
  assertEquals(first(), false);
  for (let at = 0; at < 70; at++) await pass(time, 100);
  assertEquals([first(), peer.link.isSilent], [true, true]);
  assertEquals((await ask())(), true);
  assertEquals((await ask())(), true);
  // It is there again, or nobody knows.
  for (count of [1, undefined]) assertEquals((await ask())(), false);
  peer.link.close();
});
