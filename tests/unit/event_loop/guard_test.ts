/** A guarded call never throws. */

import { assertEquals } from "@std/assert";
import { guarded } from "../../../src/event_loop/guard.ts";

/** Throws when it is called, and when it is told of that, if it should. */
class Failing {
  readonly told: unknown[] = [];
  readonly #failsAgain: boolean;

  constructor(failsAgain = false) {
    this.#failsAgain = failsAgain;
  }

  call(argument: string): void {
    throw argument;
  }

  failed(error: unknown): void {
    this.told.push(error);
    if (this.#failsAgain) throw error;
  }
}

Deno.test("what a guarded call throws is told to its object", () => {
  const failing = new Failing();
  guarded(failing, failing.call, "thrown");
  assertEquals(failing.told, ["thrown"]);
});

Deno.test("an object that throws when it is told of an error is told once", () => {
  const failing = new Failing(true);
  guarded(failing, failing.call, "thrown");
  assertEquals(failing.told, ["thrown"]);
});
