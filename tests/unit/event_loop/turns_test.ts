import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { currentTurn, inNextTurn } from "../../../src/event_loop/turns.ts";
import { microtasks } from "../../support/fake_time.ts";

function fail(error: unknown): void {
  throw error;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => inNextTurn(resolve, fail));
}

Deno.test("a turn has one number, whatever microtasks run in it", async () => {
  const turn = currentTurn();
  await microtasks();
  assertEquals(currentTurn(), turn);
});

Deno.test("each turn has another number", async () => {
  const turns = new Set<number>();
  for (let i = 0; i < 10; i++) {
    turns.add(currentTurn());
    await nextTurn();
  }
  assertEquals(turns.size, 10);
});

Deno.test("a callback for the next turn runs then, and not before", async () => {
  const turn = currentTurn();
  let called = 0;
  const done = new Promise<void>((resolve) =>
    inNextTurn(() => {
      called++;
      assertNotEquals(currentTurn(), turn);
      resolve();
    }, fail)
  );
  await microtasks();
  assertEquals(called, 0);
  await done;
  assertEquals(called, 1);
});

Deno.test("callbacks run in order, and one that is added by another a turn later", async () => {
  const calls: string[] = [];
  inNextTurn(() => {
    calls.push(`one ${currentTurn()}`);
    inNextTurn(() => calls.push(`three ${currentTurn()}`), fail);
  }, fail);
  inNextTurn(() => calls.push(`two ${currentTurn()}`), fail);
  await nextTurn();
  await nextTurn();
  const numbers = calls.map((call) => Number(call.split(" ")[1]));
  assertEquals(calls.map((call) => call.split(" ")[0]), ["one", "two", "three"]);
  assertEquals(numbers[0], numbers[1]);
  assert(numbers[2]! > numbers[1]!);
});

Deno.test("an error of a callback is reported, and the other callbacks run", async () => {
  const seen: unknown[] = [];
  const failing = () => {
    throw "thrown";
  };
  inNextTurn(failing, (error) => seen.push(error));
  inNextTurn(failing, fail);
  inNextTurn(() => seen.push("called"), fail);
  await nextTurn();
  assertEquals(seen, ["thrown", "called"]);
});
