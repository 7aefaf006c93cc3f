/**
 * Tests that every implementation of {@linkcode Bus} has to pass. They need no test framework:
 *
 * ```ts ignore
 * for (const { name, run } of busSuite({ open: () => myBus({ name: "test" }) })) test(name, run);
 * ```
 *
 * @module
 */

import type { Bus } from "./bus.ts";
import {
  explained,
  Inbox,
  type Part,
  type SuiteContext,
  timed,
  TimedBus,
} from "./bus_suite/suite_context.ts";
import { claims } from "./bus_suite/claim_tests.ts";
import { interruptions, stalls } from "./bus_suite/interruption_tests.ts";
import { messages } from "./bus_suite/message_tests.ts";

export type { Bus, BusListener, BusWatcher, Claim, Interruption } from "./bus.ts";

/** How the suite gets buses, and disturbs them. */
export interface BusSuiteOptions {
  /** Makes a bus as another process would: with connections of its own, in the same cluster. */
  open(): Bus | Promise<Bus>;
  /**
   * Cuts one bus off from the engine, and returns a function that lets it reach the engine again. The
   * other buses go on. Without it, the tests of interruptions are left out.
   */
  interrupt?(bus: Bus): Promise<() => Promise<void>>;
  /**
   * Keeps the engine from answering any bus, and returns a function that lets it answer again. Without
   * it, the tests of that are left out.
   */
  stall?(): Promise<() => Promise<void>>;
  /**
   * Milliseconds in which everything has to happen. A fault shows as this timeout; nothing is tested
   * for its speed.
   *
   * @default {30000}
   */
  timeout?: number;
}

/** A test. */
export interface BusTest {
  /** A sentence that it shows to be true. */
  readonly name: string;
  /** Rejects if it is not. The message says what was wrong. It closes the buses that it has opened. */
  run(): Promise<void>;
}

/** The tests, in the order in which they are to run. */
export function busSuite(options: BusSuiteOptions): BusTest[] {
  const tests: [string, Part][] = [...Object.entries(messages), ...Object.entries(claims)];
  if (options.interrupt !== undefined) tests.push(...Object.entries(interruptions));
  if (options.stall !== undefined) tests.push(...Object.entries(stalls));
  return tests.map(([name, part]) => ({
    name,
    async run() {
      try {
        await runWith(part, options);
      } catch (error) {
        throw explained(error);
      }
    },
  }));
}

/** Runs a test, and closes its buses. */
async function runWith(part: Part, options: BusSuiteOptions): Promise<void> {
  const { timeout = 30_000 } = options;
  const buses: TimedBus[] = [];
  const until: SuiteContext["until"] = async (isTrue, what) => {
    const end = performance.now() + timeout;
    while (!await isTrue()) {
      if (performance.now() > end) throw new Error(`After ${timeout} ms: ${what()}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const disturbance = async (name: string, call: () => Promise<() => Promise<void>>) => {
    const end = await timed(name, timeout, call);
    return () => timed(`the end of ${name}`, timeout, end);
  };
  try {
    await part({
      until,
      inbox: (what) => new Inbox(what, until),
      stall: () => disturbance("stall", () => options.stall!()),
      interrupt: ({ bus }: TimedBus) => disturbance("interrupt", () => options.interrupt!(bus)),
      async open() {
        const bus = new TimedBus(await timed("open", timeout, () => options.open()), timeout);
        buses.push(bus);
        return bus;
      },
    });
  } finally {
    await Promise.all(buses.map((bus) => bus.close()));
  }
}
