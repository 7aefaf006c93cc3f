import { assertEquals } from "@std/assert";
import { Arrivals } from "../../../../src/transports/receivers/arrivals.ts";
import { inNextTurn } from "../../../../src/event_loop/turns.ts";

function nextTurn(): Promise<void> {
  return new Promise((resolve, reject) => inNextTurn(resolve, reject));
}

/** Messages come, so many in each turn; whether more were likely after the first of each. */
async function come(...counts: number[]): Promise<boolean[]> {
  const arrivals = new Arrivals();
  const likely: boolean[] = [];
  for (const count of counts) {
    await nextTurn();
    arrivals.note();
    likely.push(arrivals.moreAreLikely);
    for (let more = 1; more < count; more++) {
      arrivals.note();
      // Within a turn nothing changes.
      assertEquals(arrivals.moreAreLikely, likely.at(-1));
    }
  }
  return likely;
}

Deno.test("a single burst does not make it wait for more messages", async () => {
  assertEquals(await come(1000, 1), [false, false]);
  assertEquals(await come(3, 1, 1), [false, false, false]);
});

Deno.test("repeated bursts make it wait for more messages, the sooner the larger they are", async () => {
  assertEquals(await come(16, 16, 16), [false, false, true]);
  assertEquals(await come(5, 5, 5, 5, 5), [false, false, false, false, true]);
});

Deno.test("a single one now and then changes nothing, several in a row do", async () => {
  const many = Array(8).fill(16);
  assertEquals((await come(...many, 1, 15, 1, 15)).slice(2), Array(10).fill(true));
  const likely = await come(...many, 1, 1, 1, 1, 1, 1, 1, 16);
  assertEquals(likely.slice(-2), [false, false]);
});

Deno.test("single messages never make it wait", async () => {
  assertEquals(new Set(await come(...Array(100).fill(1))), new Set([false]));
});

Deno.test("what is written in a turn without messages can wait", async () => {
  const arrivals = new Arrivals();
  arrivals.note();
  assertEquals(arrivals.moreAreLikely, false);
  await nextTurn();
  assertEquals(arrivals.moreAreLikely, true);
});
