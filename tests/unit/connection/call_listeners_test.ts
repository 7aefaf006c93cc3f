import { assertEquals } from "@std/assert";
import { Emitter } from "../../../src/connection/emitter.ts";
import { callListeners } from "../../../src/connection/call_listeners.ts";
import { microtasks } from "../../support/fake_time.ts";

interface Events {
  event: [argument: unknown];
}

/** Keeps what failed. */
class Failures {
  readonly errors: unknown[] = [];

  failed(error: unknown): void {
    this.errors.push(error);
  }
}

Deno.test("callListeners returns whether there are listeners", () => {
  const emitter = new Emitter<Events>();
  assertEquals(callListeners(emitter, "event", 1, new Failures()), false);
  emitter.on("event", () => {});
  assertEquals(callListeners(emitter, "event", 1, new Failures()), true);
});

Deno.test("listeners are called in order, with the argument and the emitter as this", () => {
  const emitter = new Emitter<Events>();
  const calls: unknown[] = [];
  emitter.on("event", function (this: unknown, argument) {
    calls.push("first", argument, this === emitter);
  });
  emitter.on("event", () => calls.push("second"));
  callListeners(emitter, "event", "x", new Failures());
  assertEquals(calls, ["first", "x", true, "second"]);
});

Deno.test("a listener for once is called once", () => {
  const emitter = new Emitter<Events>();
  let calls = 0;
  emitter.once("event", () => calls++);
  callListeners(emitter, "event", 1, new Failures());
  callListeners(emitter, "event", 1, new Failures());
  assertEquals(calls, 1);
});

Deno.test("a listener that throws does not keep others from being called", () => {
  const emitter = new Emitter<Events>();
  const failures = new Failures();
  const error = new Error("thrown");
  let received = false;
  emitter.on("event", () => {
    throw error;
  });
  emitter.on("event", () => received = true);
  callListeners(emitter, "event", 1, failures);
  assertEquals([failures.errors, received], [[error], true]);
});

Deno.test("a rejection is a failure, of promises and whatever else has a then", async () => {
  const emitter = new Emitter<Events>();
  const failures = new Failures();
  emitter.on("event", () => Promise.reject("promise"));
  emitter.on("event", () => ({
    then: (_resolve: unknown, reject: (error: string) => void) => reject("thenable"),
  }));
  callListeners(emitter, "event", 1, failures);
  await microtasks();
  assertEquals(failures.errors.sort(), ["promise", "thenable"]);
});

Deno.test("a result whose then cannot be read is a failure", () => {
  const emitter = new Emitter<Events>();
  const failures = new Failures();
  emitter.on("event", () => ({
    get then() {
      throw "no then";
    },
  }));
  callListeners(emitter, "event", 1, failures);
  assertEquals(failures.errors, ["no then"]);
});

Deno.test("a listener that is added or removed during an event does not change that event", () => {
  const emitter = new Emitter<Events>();
  const calls: string[] = [];
  const second = () => calls.push("second");
  emitter.on("event", () => {
    emitter.off("event", second);
    emitter.on("event", () => calls.push("third"));
  });
  emitter.on("event", second);
  callListeners(emitter, "event", 1, new Failures());
  assertEquals(calls, ["second"]);
});

Deno.test("a thenable that rejects twice, or throws after that, is one failure", async () => {
  const emitter = new Emitter<Events>();
  const failures = new Failures();
  emitter.on("event", () => ({
    then(_resolve: unknown, reject: (error: unknown) => void) {
      reject("first");
      reject("second");
      throw "third";
    },
  }));
  callListeners(emitter, "event", 1, failures);
  await microtasks();
  assertEquals(failures.errors, ["first"]);
});
