import { assertEquals } from "@std/assert";
import { inNextTurn } from "../../../src/event_loop/turns.ts";
import { longList, Unread } from "../../../src/connection/unread.ts";

const long = Array.from({ length: 2 * longList + 1 }, (_, i) => `${i}`);
const turn = () => new Promise<void>(inNextTurn);

function fail(error: unknown): never {
  throw error;
}

/** Takes what can be taken now. */
function takeAll(unread: Unread): string[] {
  const taken: string[] = [];
  for (let next = unread.take(); next !== undefined; next = unread.take()) taken.push(next);
  return taken;
}

Deno.test("messages are taken in the order in which their lists came", () => {
  const unread = new Unread(() => {}, fail);
  assertEquals([unread.isEmpty, unread.take(), unread.cost], [true, undefined, 0]);
  unread.add(["a", "b", "c"], 1);
  unread.add(["d", "e"], 1);
  unread.add([""], 0);
  assertEquals([unread.isEmpty, unread.cost, unread.costBehind], [false, 3 + 4 * 64, 3 + 4 * 64]);
  assertEquals(takeAll(unread), ["b", "c", "e", ""]);
  assertEquals([unread.isEmpty, unread.cost, unread.isLong], [true, 0, false]);
});

Deno.test("a long list is taken a thousand a turn, and what came behind it stays there", async () => {
  let rests = 0;
  const unread = new Unread(() => rests++, fail);
  unread.add(long, 0);
  unread.add(["behind"], 0);
  assertEquals(unread.costBehind, 64 + 6);
  assertEquals(takeAll(unread).length, longList);
  assertEquals([unread.isResting, unread.isLong, unread.take(), rests], [true, true, undefined, 0]);
  await turn();
  assertEquals([rests, takeAll(unread)], [1, long.slice(longList, 2 * longList)]);
  await turn();
  assertEquals([rests, takeAll(unread)], [2, [`${2 * longList}`, "behind"]]);
  assertEquals([unread.isEmpty, unread.cost, unread.costBehind], [true, 0, 0]);
});

Deno.test("a long list whose beginning was taken at once rests before it goes on", async () => {
  const unread = new Unread(() => {}, fail);
  unread.add(long, longList);
  assertEquals([unread.isResting, unread.take()], [true, undefined]);
  await turn();
  assertEquals(unread.take(), `${longList}`);
});

Deno.test("a portion of a long list ends early when its messages take long", async () => {
  const { now } = performance;
  let time = 0;
  performance.now = () => time;
  try {
    const unread = new Unread(() => {}, fail);
    unread.add(long, 0);
    const taken: (string | undefined)[] = [];
    for (let i = 0; i < 8; i++) {
      taken.push(unread.take());
      time += 2;
    }
    assertEquals([taken, unread.take()], [long.slice(0, 8), undefined]);
    await turn();
    assertEquals(takeAll(unread), long.slice(8, 8 + longList));
    await turn();
    assertEquals(takeAll(unread), long.slice(8 + longList));
  } finally {
    performance.now = now;
  }
});

Deno.test("a short list is taken at once, however long its messages take", () => {
  const { now } = performance;
  let time = 0;
  performance.now = () => time += 1000;
  try {
    const unread = new Unread(() => {}, fail);
    unread.add(long.slice(0, longList - 1), 0);
    assertEquals(takeAll(unread).length, longList - 1);
    assertEquals(time, 0);
  } finally {
    performance.now = now;
  }
});

Deno.test("what is left of a long list can be thrown away, and everything", async () => {
  const unread = new Unread(() => {}, fail);
  unread.add(["short"], 0);
  unread.dropLong();
  unread.add(long, 0);
  assertEquals([unread.take(), unread.take()], ["short", "0"]);
  unread.add(["behind"], 0);
  unread.dropLong();
  assertEquals([unread.cost, unread.costBehind], [64 + 6, 64 + 6]);
  assertEquals(takeAll(unread), ["behind"]);
  unread.add(long, 0);
  unread.clear();
  assertEquals([unread.isEmpty, unread.cost, unread.costBehind], [true, 0, 0]);
  await turn();
});
