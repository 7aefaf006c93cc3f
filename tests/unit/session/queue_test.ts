import { assert, assertEquals } from "@std/assert";
import { Queue } from "../../../src/session/queue.ts";

Deno.test("what was added first is taken first", () => {
  const queue = new Queue<string>();
  assertEquals([queue.length, queue.first, queue.take()], [0, undefined, undefined]);
  for (const item of ["a", "b"]) queue.add(item);
  assertEquals([queue.length, queue.first, queue.take()], [2, "a", "a"]);
  queue.add("c");
  assertEquals([queue.take(), queue.take(), queue.take(), queue.length], [
    "b",
    "c",
    undefined,
    0,
  ]);
  queue.add("d");
  queue.clear();
  assertEquals([queue.length, queue.take()], [0, undefined]);
});

Deno.test("a queue that is never empty gives up the places of what was taken", () => {
  // Copies are what costs: as many items are copied as taken, and no array is longer than
  // twice what is in it.
  let copied = 0;
  let longest = 0;
  const { slice, push } = Array.prototype;
  Array.prototype.slice = function (this: unknown[], ...args: [number?, number?]) {
    const copy = slice.apply(this, args);
    copied += copy.length;
    return copy;
  };
  Array.prototype.push = function (this: unknown[], ...items: unknown[]) {
    longest = Math.max(longest, this.length + 1);
    return push.apply(this, items);
  };
  try {
    const queue = new Queue<number>();
    for (let i = 0; i < 100; i++) queue.add(i);
    for (let i = 100; i < 100_000; i++) {
      queue.add(i);
      if (queue.take() !== i - 100) throw new Error("out of order");
    }
    while (queue.length > 0) queue.take();
  } finally {
    Array.prototype.slice = slice;
    Array.prototype.push = push;
  }
  assert(copied <= 100_000 && longest <= 300, `${copied} copied, ${longest} places`);
});

for (const size of [100, 10_000, 1_000_000]) {
  Deno.test(`taking ${size} items copies no more items than there were`, () => {
    const { slice } = Array.prototype;
    let copied = 0;
    Array.prototype.slice = function (this: unknown[], ...args: [number?, number?]) {
      const copy = slice.apply(this, args);
      copied += copy.length;
      return copy;
    };
    try {
      const queue = new Queue<number>();
      for (let i = 0; i < size; i++) queue.add(i);
      for (let i = 0; i < size; i++) queue.take();
    } finally {
      Array.prototype.slice = slice;
    }
    assert(copied <= size, `${copied} copied`);
  });
}
