/**
 * What the tests of the bus suite check with: inboxes, time limits, and comparisons that say what
 * was wrong.
 *
 * @module
 */

import type { Bus, BusListener, BusWatcher, Claim } from "../bus.ts";

/** What a test of the suite has. */
export interface SuiteContext {
  /** Makes a bus. Each of its calls fails if it does not settle in time. */
  open(): Promise<Bus>;
  /** Cuts a bus off, until the returned function is called. */
  interrupt(bus: Bus): Promise<() => Promise<void>>;
  /** Keeps the engine from answering, until the returned function is called. */
  stall(): Promise<() => Promise<void>>;
  /** A new inbox for messages. */
  inbox(what: string): Inbox;
  /** Asks again and again until something is true. */
  until(isTrue: () => boolean | Promise<boolean>, what: () => string): Promise<void>;
}

/** A test of the suite. */
export type Part = (context: SuiteContext) => Promise<void>;

/** A bus whose calls have a time limit. */
export class TimedBus implements Bus {
  readonly bus: Bus;
  readonly maxPayload: number;
  readonly #timeout: number;

  constructor(bus: Bus, timeout: number) {
    this.bus = bus;
    this.maxPayload = bus.maxPayload;
    this.#timeout = timeout;
  }

  publish(channel: string, payload: string): Promise<number | undefined> {
    return this.#timed("publish", () => this.bus.publish(channel, payload));
  }

  subscribe(channel: string, listener: BusListener): Promise<void> {
    return this.#timed("subscribe", () => this.bus.subscribe(channel, listener));
  }

  unsubscribe(channel: string, listener: BusListener): Promise<void> {
    return this.#timed("unsubscribe", () => this.bus.unsubscribe(channel, listener));
  }

  claim(key: string, value: string, ttl: number): Promise<string> {
    return this.#timed("claim", () => this.bus.claim(key, value, ttl));
  }

  find(key: string): Promise<string | undefined> {
    return this.#timed("find", () => this.bus.find(key));
  }

  renew(claims: readonly Claim[], ttl: number): Promise<boolean[]> {
    return this.#timed("renew", () => this.bus.renew(claims, ttl));
  }

  release(key: string, value: string): Promise<void> {
    return this.#timed("release", () => this.bus.release(key, value));
  }

  watch(watcher: BusWatcher): void {
    this.bus.watch(watcher);
  }

  close(): Promise<void> {
    return this.#timed("close", () => this.bus.close());
  }

  #timed<Result>(name: string, call: () => Promise<Result>): Promise<Result> {
    return timed(name, this.#timeout, call);
  }
}

/** What a call gives. It fails if it does not settle in time. */
export async function timed<Result>(
  name: string,
  timeout: number,
  call: () => Result | Promise<Result>,
): Promise<Result> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new Unsettled(`${name} has not settled within ${timeout} ms`);
    timer = setTimeout(() => reject(error), timeout);
  });
  try {
    return await Promise.race([call(), late]);
  } catch (error) {
    if (error instanceof Error && !(error instanceof Unsettled)) rejected.set(error, name);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The calls that have rejected, by their errors. Tests may expect them. */
const rejected = new WeakMap<Error, string>();

/** The error that a test ends with. If a call has rejected, it says which. */
export function explained(error: unknown): unknown {
  const name = error instanceof Error ? rejected.get(error) : undefined;
  return name === undefined ? error : new Error(`${name} has rejected: ${error}`, { cause: error });
}

/** A call has not settled. Unlike other errors of calls, it is always a fault. */
class Unsettled extends Error {}

/** What a listener has got. */
export class Inbox {
  readonly got: string[] = [];
  readonly listener: BusListener = (payload) => {
    this.got.push(payload);
  };
  readonly #what: string;
  readonly #until: SuiteContext["until"];

  /** @param what whose it is. */
  constructor(what: string, until: SuiteContext["until"]) {
    this.#what = what;
    this.#until = until;
  }

  /** Waits for so many messages. */
  async has(count: number): Promise<void> {
    await this.#until(
      () => this.got.length >= count,
      () => `${this.#what} has got ${this.got.length} of ${count} messages: ${shown(this.got)}`,
    );
  }

  /** It has got exactly these messages. */
  hasOnly(expected: readonly string[]): void {
    equal(`what ${this.#what} has got`, this.got, expected);
  }
}

/** A name that no test has used before. */
export function unique(): string {
  return `suite-${crypto.randomUUID()}`;
}

/** Names of channels or keys that are easily taken for each other. The longest have 300 characters. */
export function similarNames(): string[] {
  const start = unique();
  const ends = [
    "",
    " ",
    "*",
    ">",
    "\u20ac",
    "a.b",
    "a:b",
    "a/b",
    "A",
    "a",
    '"',
    "\0",
    "\n",
    "__proto__",
  ];
  const long = start.padEnd(299, "\u20ac");
  return [...ends.map((end) => start + end), `${long}a`, `${long}b`];
}

/** The result of a call, or `undefined` if it rejects. It has to do one of them in time. */
export async function settled<Result>(call: Promise<Result>): Promise<Result | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof Unsettled) throw error;
    return undefined;
  }
}

/** The error of a call that has to reject. */
export async function rejection(what: string, call: Promise<unknown>): Promise<Error> {
  let result: unknown;
  try {
    result = await call;
  } catch (error) {
    if (error instanceof Error && !(error instanceof Unsettled)) return error;
    throw error instanceof Unsettled ? error : new Error(`${what}: it rejects with no Error`);
  }
  throw new Error(`${what}: it has not rejected, but gives ${shown(result)}`);
}

/** Two values are the same, as JSON. */
export function equal(what: string, actual: unknown, expected: unknown): void {
  const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (got !== wanted) throw new Error(`${what}: ${shown(actual)}, but expected ${shown(expected)}`);
}

/** A value as JSON, of at most so many characters. */
export function shown(value: unknown, most = 500): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > most ? `${text.slice(0, most)}...` : text;
}
