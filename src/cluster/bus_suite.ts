/**
 * Tests that every implementation of {@linkcode Bus} has to pass. They need no test framework:
 *
 * ```ts ignore
 * for (const { name, run } of busSuite({ open: () => myBus({ name: "test" }) })) test(name, run);
 * ```
 *
 * @module
 */

import type { Bus, BusListener, Interruption } from "./bus.ts";

export type { Bus, BusListener, BusWatcher, Interruption } from "./bus.ts";

/** How the suite gets buses, and disturbs them. */
export interface BusSuiteOptions {
  /** Makes a bus as another process would: with connections of its own, in the same cluster. */
  open(): Bus | Promise<Bus>;
  /**
   * Cuts a bus off from the engine, and returns a function that lets it reach the engine again. Without
   * it, the tests of interruptions are left out.
   */
  interrupt?(bus: Bus): Promise<() => Promise<void>>;
  /**
   * Keeps the engine from answering, and returns a function that lets it answer again. Without it, the
   * tests of that are left out.
   */
  stall?(): Promise<() => Promise<void>>;
}

/** A test. */
export interface BusTest {
  /** A sentence that it shows to be true. */
  readonly name: string;
  /** Rejects if it is not. */
  run(): Promise<void>;
}

/** Milliseconds for what must happen. A fault shows as this timeout, not as a speed. */
const timeout = 30_000;
/** Milliseconds for a claim that has to end. */
const shortTtl = 300;
const longTtl = 600_000;

type Part = (open: () => Promise<Bus>, options: BusSuiteOptions) => Promise<void>;

/** The tests, in the order in which they are to run. */
export function busSuite(options: BusSuiteOptions): BusTest[] {
  const tests: [string, Part][] = [...Object.entries(messages), ...Object.entries(claims)];
  if (options.interrupt !== undefined) tests.push(...Object.entries(interruptions));
  if (options.stall !== undefined) tests.push(...Object.entries(stalls));
  return tests.map(([name, part]) => ({ name, run: () => runWith(part, options) }));
}

/** Runs a part, and closes its buses. */
async function runWith(part: Part, options: BusSuiteOptions): Promise<void> {
  const buses: Bus[] = [];
  const open = async () => {
    const bus = await options.open();
    buses.push(bus);
    return bus;
  };
  try {
    await part(open, options);
  } finally {
    await Promise.all(buses.map((bus) => bus.close()));
  }
}

const messages: Record<string, Part> = {
  async "a message reaches each listener of its channel once, those of its own bus as well"(open) {
    const [a, b, c] = [await open(), await open(), await open()];
    const channel = unique();
    const inboxes = [new Inbox(), new Inbox(), new Inbox(), new Inbox()];
    await a.subscribe(channel, inboxes[0]!.listener);
    await b.subscribe(channel, inboxes[1]!.listener);
    await b.subscribe(channel, inboxes[2]!.listener);
    await c.subscribe(unique(), inboxes[3]!.listener);
    await a.publish(channel, "first");
    await c.publish(channel, "second");
    for (const inbox of inboxes.slice(0, 3)) {
      await inbox.has(2);
      equal([...inbox.got].sort(), ["first", "second"]);
    }
    equal(inboxes[3]!.got, []);
  },

  async "the messages of each publisher to a channel arrive in order"(open) {
    const publishers = [await open(), await open()];
    const reader = await open();
    const channel = unique();
    const inbox = new Inbox();
    await reader.subscribe(channel, inbox.listener);
    const each = 1000;
    const sent = publishers.flatMap((bus, from) =>
      Array.from({ length: each }, (_, at) => bus.publish(channel, `${from} ${at}`))
    );
    await Promise.all(sent);
    await inbox.has(2 * each);
    for (const from of [0, 1]) {
      const own = inbox.got.filter((payload) => payload.startsWith(`${from} `));
      equal(own, Array.from({ length: each }, (_, at) => `${from} ${at}`));
    }
  },

  async "a listener gets everything that is published after subscribe has resolved"(open) {
    const [a, b] = [await open(), await open()];
    for (let round = 0; round < 50; round++) {
      const channel = unique();
      const inbox = new Inbox();
      await b.subscribe(channel, inbox.listener);
      await a.publish(channel, "at once");
      await inbox.has(1);
    }
  },

  async "a listener gets nothing after unsubscribe, and leaves others of its channel alone"(open) {
    const [a, b] = [await open(), await open()];
    const channel = unique();
    const [gone, stays] = [new Inbox(), new Inbox()];
    await b.subscribe(channel, gone.listener);
    await b.subscribe(channel, stays.listener);
    const leaving = b.unsubscribe(channel, gone.listener);
    await a.publish(channel, "late");
    await stays.has(1);
    await leaving;
    await b.unsubscribe(channel, gone.listener);
    await a.publish(channel, "later");
    await stays.has(2);
    await b.unsubscribe(channel, stays.listener);
    await a.publish(channel, "latest");
    const marker = new Inbox();
    await b.subscribe(channel, marker.listener);
    await a.publish(channel, "end");
    // It may also get what was under way before.
    await until(() => marker.got.at(-1) === "end");
    equal([gone.got, stays.got], [[], ["late", "later"]]);
  },

  async "a listener that publishes what it got changes no order"(open) {
    const [a, b] = [await open(), await open()];
    const channel = unique();
    const inbox = new Inbox();
    await a.subscribe(channel, (payload) => {
      if (payload === "1") a.publish(channel, "2").catch(() => {});
    });
    await a.subscribe(channel, inbox.listener);
    await b.subscribe(channel, () => {});
    await a.publish(channel, "1");
    await inbox.has(2);
    equal(inbox.got, ["1", "2"]);
  },

  async "every well-formed text arrives as it was, up to maxPayload"(open) {
    const [a, b] = [await open(), await open()];
    const channel = unique();
    const inbox = new Inbox();
    await b.subscribe(channel, inbox.listener);
    const longest = "x".repeat(Math.min(a.maxPayload, 32 * 1024 * 1024));
    const texts = ["", " ", "\0", '"\\\r\n\t', "\u2028\ufeff\u20ac\ud83d\ude00", longest, "end"];
    for (const text of texts) await a.publish(channel, text);
    await inbox.has(texts.length);
    equal(inbox.got.map(({ length }) => length), texts.map(({ length }) => length));
    equal(inbox.got.map((text, at) => text === texts[at]), texts.map(() => true));
  },

  async "a payload above maxPayload is refused with a RangeError, and harms no other"(open) {
    const [a, b] = [await open(), await open()];
    if (a.maxPayload > 64 * 1024 * 1024) return;
    const channel = unique();
    const inbox = new Inbox();
    await b.subscribe(channel, inbox.listener);
    // Its characters take two bytes each.
    const error = await rejection(a.publish(channel, "\u00e9".repeat(a.maxPayload / 2 + 1)));
    equal(error instanceof RangeError, true);
    await a.publish(channel, "next");
    await inbox.has(1);
    equal(inbox.got, ["next"]);
  },

  async "a bus that is closed refuses every call, and others go on"(open) {
    const [a, b, c] = [await open(), await open(), await open()];
    const channel = unique();
    const [closed, other] = [new Inbox(), new Inbox()];
    await a.subscribe(channel, closed.listener);
    await b.subscribe(channel, other.listener);
    await a.close();
    await a.close();
    const calls = [
      a.publish(channel, ""),
      a.subscribe(channel, () => {}),
      a.claim(channel, "a", longTtl),
      a.find(channel),
      a.renew([channel], "a", longTtl),
      a.release(channel, "a"),
    ];
    for (const call of calls) equal(await rejection(call) instanceof Error, true);
    await c.publish(channel, "still");
    await other.has(1);
    equal([closed.got, other.got], [[], ["still"]]);
  },
};

const claims: Record<string, Part> = {
  async "of fifty that claim a key at once, one gets it, and all learn which"(open) {
    const buses = [await open(), await open(), await open(), await open(), await open()];
    for (let round = 0; round < 5; round++) {
      const key = unique();
      const racers = Array.from({ length: 50 }, (_, at) => `racer ${at}`);
      const holders = await Promise.all(
        racers.map((racer, at) => buses[at % buses.length]!.claim(key, racer, longTtl)),
      );
      equal([new Set(holders).size, racers.includes(holders[0]!)], [1, true]);
      equal(await buses[round]!.find(key), holders[0]);
    }
  },

  async "a claim ends only by the value that holds it"(open) {
    const [a, b] = [await open(), await open()];
    const key = unique();
    equal(await a.find(key), undefined);
    equal(await a.claim(key, "a", longTtl), "a");
    equal([await a.claim(key, "a", longTtl), await b.claim(key, "b", longTtl)], ["a", "a"]);
    await b.release(key, "b");
    equal(await b.find(key), "a");
    await b.release(key, "a");
    equal([await a.find(key), await b.claim(key, "b", longTtl)], [undefined, "b"]);
    await a.release(key, "a");
    await a.release(unique(), "a");
    equal(await a.find(key), "b");
  },

  async "a claim that is not renewed ends, and only its holder renews it"(open) {
    const [a, b] = [await open(), await open()];
    const [ends, stays, missing] = [unique(), unique(), unique()];
    await a.claim(ends, "a", shortTtl);
    await a.claim(stays, "a", shortTtl);
    equal(await b.renew([ends], "b", longTtl), [false]);
    equal(await a.renew([stays, missing], "a", longTtl), [true, false]);
    equal([await a.find(missing), await a.renew([], "a", longTtl)], [undefined, []]);
    await until(async () => await b.find(ends) === undefined);
    equal([await b.find(stays), await b.claim(ends, "b", longTtl)], ["a", "b"]);
  },

  async "keys and values of any characters are kept apart"(open) {
    const [a, b] = [await open(), await open()];
    const start = unique();
    const keys = ["", " ", "*", "\u20ac", "a.b", "a:b", '"', "__proto__"].map((end) => start + end);
    for (const key of keys) {
      equal(await a.claim(key, `holder of ${key}`, longTtl), `holder of ${key}`);
    }
    for (const key of keys) equal(await b.find(key), `holder of ${key}`);
  },
};

const interruptions: Record<string, Part> = {
  async "a bus that was cut off says so when it is back, and works as before"(open, { interrupt }) {
    const [a, b] = [await open(), await open()];
    const channel = unique();
    const inbox = new Inbox();
    await a.subscribe(channel, inbox.listener);
    const told: Interruption[] = [];
    a.watch({ back: (interruption) => told.push(interruption) });
    const mend = await interrupt!(a);
    // Each of them settles, one way or the other.
    await Promise.all(
      [a.publish(channel, "lost"), a.find(channel), b.publish(channel, "lost")].map((call) =>
        settled<unknown>(call)
      ),
    );
    await mend();
    await until(() => told.some(({ missedMessages }) => missedMessages));
    await until(async () => {
      await settled(b.publish(channel, "found"));
      return inbox.got.includes("found");
    });
    const key = unique();
    await until(async () => await settled(a.claim(key, "a", longTtl)) === "a");
    equal(await b.find(key), "a");
  },
};

const stalls: Record<string, Part> = {
  async "no call waits for ever for an engine that does not answer"(open, { stall }) {
    const a = await open();
    const key = unique();
    await a.claim(key, "a", longTtl);
    const mend = await stall!();
    await Promise.all([
      a.publish(key, "payload"),
      a.subscribe(key, () => {}),
      a.claim(key, "a", longTtl),
      a.find(key),
      a.renew([key], "a", longTtl),
      a.release(unique(), "a"),
    ].map((call) => settled<unknown>(call)));
    await mend();
    await until(async () => await settled(a.find(key)) !== undefined);
  },
};

/** What a listener has got. */
class Inbox {
  readonly got: string[] = [];
  readonly listener: BusListener = (payload) => {
    this.got.push(payload);
  };

  /** Waits for so many messages. */
  async has(count: number): Promise<void> {
    await until(
      () => this.got.length >= count,
      () => `got ${this.got.length} of ${count} messages`,
    );
  }
}

/** A name that no test has used before. */
function unique(): string {
  return `suite-${crypto.randomUUID()}`;
}

/** Asks again and again until something is true. */
async function until(
  isTrue: () => boolean | Promise<boolean>,
  text: () => string = () => "it did not come true",
): Promise<void> {
  const end = performance.now() + timeout;
  while (!await isTrue()) {
    if (performance.now() > end) throw new Error(`After ${timeout} ms: ${text()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The result of a call, or `undefined` if it rejects. It has to do one of them in time. */
async function settled<Result>(call: Promise<Result>): Promise<Result | undefined> {
  let result: Result | undefined;
  let isDone = false;
  call.then((value) => result = value, () => {}).finally(() => isDone = true);
  await until(() => isDone, () => "a call did not settle");
  return result;
}

async function rejection(call: Promise<unknown>): Promise<unknown> {
  return await call.then(() => undefined, (error) => error);
}

function equal(actual: unknown, expected: unknown): void {
  const [got, wanted] = [actual, expected].map((value) => JSON.stringify(value) ?? "undefined");
  if (got !== wanted) throw new Error(`Got ${cut(got!)}, expected ${cut(wanted!)}`);
}

function cut(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}...` : text;
}
