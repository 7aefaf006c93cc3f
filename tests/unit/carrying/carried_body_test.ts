import { assertEquals } from "@std/assert";
import { CarriedBody } from "../../../src/carrying/carried_body.ts";
import { readOptions } from "../../../src/options/settings.ts";
import { SessionStore } from "../../../src/session/session_store.ts";

function store(maxTotalBufferedBytes: number): SessionStore {
  return new SessionStore(readOptions({ maxTotalBufferedBytes }));
}

Deno.test("its bytes count until its end", () => {
  const sessions = store(1_000_000);
  const body = new CarriedBody(sessions);
  body.grew(600_000);
  assertEquals([body.heldBytes, sessions.bufferBudget.isFull], [600_000, false]);
  const other = new CarriedBody(sessions);
  other.grew(300_000);
  body.end();
  other.end();
  body.end();
  assertEquals([body.heldBytes, sessions.carried.size], [0, 0]);
  const last = new CarriedBody(sessions);
  last.grew(900_000);
  assertEquals(sessions.bufferBudget.isFull, false);
});

Deno.test("it stops reading when all together hold too much", () => {
  const sessions = store(1_000_000);
  const bodies = [new CarriedBody(sessions), new CarriedBody(sessions)];
  const stopped: number[] = [];
  for (const [at, body] of bodies.entries()) body.stoppable(() => stopped.push(at));
  bodies[0]!.grew(900_000);
  bodies[1]!.evict();
  assertEquals([stopped, sessions.carried.size], [[1], 1]);
});
