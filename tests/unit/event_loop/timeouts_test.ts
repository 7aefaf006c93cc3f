import { assertEquals } from "@std/assert";
import { TimeoutEntry, Timeouts } from "../../../src/event_loop/timeouts.ts";
import { fakeTime, standStill } from "../../support/fake_time.ts";

/** Records when it times out, and then runs a callback. */
class Sleeper extends TimeoutEntry {
  readonly woken: number[] = [];
  readonly #then: (self: Sleeper) => void;

  constructor(then: (self: Sleeper) => void = () => {}) {
    super();
    this.#then = then;
  }

  override timedOut(): void {
    this.woken.push(performance.now());
    this.#then(this);
  }

  readonly failures: unknown[] = [];

  override failed(error: unknown): void {
    this.failures.push(error);
  }
}

Deno.test("waiting ends when the delay is over and not before", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(1000);
  const sleeper = new Sleeper();
  timeouts.add(sleeper);
  time.tick(998);
  assertEquals(sleeper.woken, []);
  time.tick(2);
  assertEquals(sleeper.woken, [1000]);
  time.tick(5000);
  assertEquals(sleeper.woken, [1000]);
});

Deno.test("a delay that is too long for a timer takes several", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(2 ** 32);
  const sleeper = new Sleeper();
  timeouts.add(sleeper);
  const fired: number[] = [];
  while (sleeper.woken.length === 0 && fired.length < 4) {
    time.next();
    fired.push(performance.now());
  }
  assertEquals(fired, [2 ** 31 - 1, 2 ** 32 - 2, 2 ** 32]);
  assertEquals(sleeper.woken, [2 ** 32]);
});

Deno.test("each waits its own time, counted from when it was added", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(1000);
  const sleepers = Array.from({ length: 10 }, () => new Sleeper());
  for (const sleeper of sleepers) {
    timeouts.add(sleeper);
    time.tick(100);
  }
  time.tick(5000);
  assertEquals(
    sleepers.map((sleeper) => sleeper.woken),
    sleepers.map((_, i) => [1000 + 100 * i]),
  );
});

Deno.test("adding once more waits the whole delay again", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(1000);
  const [first, second] = [new Sleeper(), new Sleeper()];
  timeouts.add(first);
  timeouts.add(second);
  time.tick(900);
  timeouts.add(first);
  time.tick(5000);
  assertEquals([first.woken, second.woken], [[1900], [1000]]);
});

Deno.test("what moves to another delay no longer waits for the first", () => {
  using time = fakeTime();
  const short = new Timeouts(1000);
  const long = new Timeouts(3000);
  const sleeper = new Sleeper();
  short.add(sleeper);
  time.tick(500);
  long.add(sleeper);
  assertEquals(sleeper.timeouts, long);
  time.tick(10_000);
  assertEquals(sleeper.woken, [3500]);
});

Deno.test("a removed entry never times out, be it first, middle or last", () => {
  for (const removed of [0, 1, 2]) {
    using time = fakeTime();
    const timeouts = new Timeouts(1000);
    const sleepers = [new Sleeper(), new Sleeper(), new Sleeper()];
    sleepers.forEach((sleeper) => timeouts.add(sleeper));
    timeouts.remove(sleepers[removed]!);
    time.tick(2000);
    assertEquals(
      sleepers.map(({ woken }) => woken.length),
      [0, 1, 2].map((i) => i === removed ? 0 : 1),
    );
  }
});

Deno.test("removing from where it does not wait changes nothing", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(1000);
  const other = new Timeouts(1000);
  const sleeper = new Sleeper();
  timeouts.remove(sleeper);
  timeouts.add(sleeper);
  other.remove(sleeper);
  time.tick(1000);
  assertEquals(sleeper.woken, [1000]);
});

Deno.test("without entries there is no timer", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(1000);
  const [first, second] = [new Sleeper(), new Sleeper()];
  timeouts.add(first);
  timeouts.add(second);
  timeouts.remove(first);
  timeouts.remove(second);
  assertEquals(time.next(), false);
});

Deno.test("however many wait, there is one timer", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(1000);
  const sleepers = Array.from({ length: 100 }, () => new Sleeper());
  for (const sleeper of sleepers) timeouts.add(sleeper);
  assertEquals(time.next(), true);
  assertEquals(sleepers.every(({ woken }) => woken.length === 1), true);
  assertEquals(time.next(), false);
});

Deno.test("an entry that adds itself when it times out waits again", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(1000);
  const sleeper = new Sleeper((self) => timeouts.add(self));
  timeouts.add(sleeper);
  time.tick(4500);
  assertEquals(sleeper.woken, [1000, 2000, 3000, 4000]);
});

Deno.test("an entry that another timeout removes at the same moment does not time out", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(1000);
  const second = new Sleeper();
  const first = new Sleeper(() => timeouts.remove(second));
  timeouts.add(first);
  timeouts.add(second);
  time.tick(3000);
  assertEquals([first.woken, second.woken], [[1000], []]);
  assertEquals(time.next(), false);
});

Deno.test("an entry that another timeout adds waits the whole delay", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(1000);
  const second = new Sleeper();
  timeouts.add(new Sleeper(() => timeouts.add(second)));
  time.tick(3000);
  assertEquals(second.woken, [2000]);
});

Deno.test("a timer that comes early by a fraction of a millisecond still counts", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(1000);
  const sleeper = new Sleeper();
  timeouts.add(sleeper);
  const exact = performance.now;
  Object.defineProperty(performance, "now", {
    value: () => exact() - 0.5,
    configurable: true,
  });
  time.tick(1000);
  assertEquals(sleeper.woken.length, 1);
});

Deno.test("after a stall, entries that return within the grace do not time out, and others do", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(1000);
  const [back, gone] = [new Sleeper(), new Sleeper()];
  timeouts.add(back);
  timeouts.add(gone);
  time.tick(500);
  standStill(3000);
  time.tick(500);
  assertEquals([back.woken, gone.woken], [[], []]);
  time.tick(900);
  timeouts.remove(back);
  time.tick(5000);
  assertEquals([back.woken.length, gone.woken.length], [0, 1]);
});

Deno.test("a grace is as long as the stand-still was, within its bounds", () => {
  for (const [stood, grace] of [[30, 250], [400, 400], [3000, 1000]] as const) {
    using time = fakeTime();
    const timeouts = new Timeouts(1000);
    const sleeper = new Sleeper();
    timeouts.add(sleeper);
    standStill(stood);
    time.tick(1000 + grace - 1);
    assertEquals(sleeper.woken, [], `${stood}`);
    time.tick(1);
    assertEquals(sleeper.woken, [1000 + stood + grace]);
  }
});

Deno.test("a timer that is late by some milliseconds gives no grace", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(1000);
  const sleeper = new Sleeper();
  timeouts.add(sleeper);
  standStill(15);
  time.tick(1000);
  assertEquals(sleeper.woken, [1015]);
});

Deno.test("a process that stalls all the time delays timeouts by three graces, not for ever", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(1000);
  const sleeper = new Sleeper();
  timeouts.add(sleeper);
  for (let at = 0; at < 4; at++) {
    assertEquals(sleeper.woken, []);
    standStill(3000);
    time.tick(1000);
  }
  assertEquals(sleeper.woken.length, 1);
});

Deno.test("a stall after a grace gives a new grace", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(1000);
  for (let at = 0; at < 5; at++) {
    const sleeper = new Sleeper();
    timeouts.add(sleeper);
    standStill(3000);
    time.tick(1000);
    assertEquals(sleeper.woken, []);
    time.tick(1000);
    assertEquals(sleeper.woken.length, 1);
  }
});

Deno.test("an entry that throws when it times out is notified, and others time out", () => {
  using time = fakeTime();
  const timeouts = new Timeouts(1000);
  const failing = new Sleeper(() => {
    throw "thrown";
  });
  const others = [new Sleeper(), new Sleeper()];
  timeouts.add(failing);
  timeouts.add(others[0]!);
  time.tick(500);
  timeouts.add(others[1]!);
  time.tick(500);
  assertEquals([failing.failures, others[0]!.woken], [["thrown"], [1000]]);
  time.tick(500);
  assertEquals([others[1]!.woken, time.next()], [[1500], false]);
});
