import { assertEquals } from "@std/assert";
import { Pause } from "../../../src/session/pause.ts";

Deno.test("waiting senders continue at the end of the pause, except those that have disconnected", () => {
  const hold = new Pause();
  const went: string[] = [];
  const callbacks = ["one", "two", "three"].map((name) => () => went.push(name));
  for (const callback of callbacks) hold.wait(callback);
  hold.leave(callbacks[1]!);
  assertEquals([went, hold.size], [[], 2]);
  hold.end();
  hold.end();
  assertEquals([went, hold.size], [["one", "three"], 0]);
});

Deno.test("where more than sixteen wait, the first of them goes on", () => {
  const hold = new Pause();
  const went: number[] = [];
  for (let i = 0; i < 20; i++) hold.wait(() => went.push(i));
  assertEquals([went, hold.size], [[0, 1, 2, 3], 16]);
});
