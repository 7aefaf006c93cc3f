/**
 * Draws schedules: random but repeatable sequences of what can happen to a server's sessions.
 *
 * @module
 */

import type { SeededRandom } from "../../support/seeded_random.ts";

/** Two ids that HTTP requests come under; all websockets, and all raw ones. */
export type Slot = "a" | "b" | "websocket" | "raw";

/** What the application does by itself: nothing, or one of these. */
export type Manner = "listens" | "echoes" | "greets" | "leaves";

/** Under which conditions a schedule runs. */
export interface World {
  readonly heartbeatDelay: number;
  readonly disconnectDelay: number;
  readonly responseLimit: number;
  readonly highWaterMark: number;
  readonly maxBufferedBytes: number;
  readonly maxSessions: number;
  /** Bytes after which a frame ends. */
  readonly frameSize: number;
  /** How often, every 10 ms, a second receiver looks whether the first has gone. */
  readonly maxChecks: number;
  readonly manner: Manner;
}

/** One thing that happens. `back` counts from the latest of the slot: 0, 1, … */
export type Step =
  & (
    | { readonly does: "attach"; readonly slot: Slot; readonly polling: boolean }
    | { readonly does: "abort"; readonly slot: Slot; readonly back: number }
    | { readonly does: "stall"; readonly slot: Slot; readonly back: number }
    | { readonly does: "unstall"; readonly slot: Slot; readonly back: number }
    | { readonly does: "pause"; readonly slot: Slot; readonly back: number }
    | { readonly does: "resume"; readonly slot: Slot; readonly back: number }
    | { readonly does: "write"; readonly slot: Slot; readonly back: number; readonly text: string }
    | { readonly does: "send"; readonly slot: Slot; readonly messages: readonly string[] }
    | {
      readonly does: "close";
      readonly slot: Slot;
      readonly back: number;
      readonly code: number;
      readonly reason: string;
    }
    | { readonly does: "pass"; readonly ms: number }
    | { readonly does: "shutDown"; readonly spread: number; readonly timeout: number }
  )
  & { /** Whether the next step comes before anything else can run. */ readonly hurry: boolean };

/** A world, and what happens in it. */
export interface Schedule {
  readonly world: World;
  readonly steps: readonly Step[];
}

/** There is one end of the server at most in a schedule, and in many there is none. */
type Frequent = Exclude<Step["does"], "shutDown">;

const weights: Record<Frequent, number> = {
  attach: 8,
  abort: 3,
  stall: 3,
  unstall: 2,
  write: 7,
  send: 3,
  close: 2,
  pass: 5,
  pause: 2,
  resume: 2,
};

/** Names of steps, each as often as is likely. */
function fillHat(without: ReadonlySet<Step["does"]>): Frequent[] {
  const names = Object.keys(weights) as Frequent[];
  return names.filter((does) => !without.has(does))
    .flatMap((does) => Array.from({ length: weights[does] }, () => does));
}

const statuses = [
  { code: 1000, reason: "Normal closure" },
  { code: 3000, reason: "Go away!" },
  // What an interruption says, but said by the application.
  { code: 1002, reason: "Connection interrupted" },
];

/** What a subject is able to do. */
export interface Bounds {
  readonly slots: readonly Slot[];
  /** What cannot happen to it. */
  readonly without: ReadonlySet<Step["does"]>;
  readonly highWaterMark: number;
  readonly maxBufferedBytes: number;
  readonly maxSessions: readonly number[];
  readonly frameSize: number;
  readonly maxChecks: number;
  /** Over how many ms a server that shuts down closes its sessions. */
  readonly spreads: readonly number[];
  readonly heartbeatDelays: readonly number[];
}

/** Draws a schedule for such a subject. */
export function drawSchedule(random: SeededRandom, bounds: Bounds): Schedule {
  const { slots, without, highWaterMark, maxBufferedBytes, frameSize, maxChecks: maxChecks } =
    bounds;
  const world: World = {
    heartbeatDelay: random.pick(bounds.heartbeatDelays),
    disconnectDelay: 5000,
    responseLimit: random.pick([1, 20, 100, 4096]),
    highWaterMark,
    maxBufferedBytes,
    maxSessions: random.pick(bounds.maxSessions),
    frameSize,
    maxChecks: maxChecks,
    manner: random.pick(["listens", "listens", "echoes", "greets", "leaves"]),
  };
  const hat = fillHat(without);
  let messages = 0;
  const text = () => `m${++messages}`.padEnd(random.pick([0, 0, 0, 40, 130]), "x");
  const times = timesOf(world);
  const polling = random.pick([0, 0.5, 0.5, 1]);
  // Few slots at a time, so that much happens to each.
  const used = Array.from({ length: random.pick([1, 2, 2, 3]) }, () => random.pick(slots));
  const draw = (): Step => {
    const does = random.pick(hat);
    const slot = random.pick(used);
    const hurry = random.chance(0.3);
    const back = random.pick([0, 0, 0, 0, 0, 1, 2]);
    switch (does) {
      case "attach":
        return { does, slot, polling: random.chance(polling), hurry };
      case "write":
        return { does, slot, back, text: text(), hurry };
      case "send":
        return {
          does,
          slot,
          messages: Array.from({ length: random.pick([0, 1, 1, 2]) }, text),
          hurry,
        };
      case "close":
        return { does, slot, back, ...random.pick(statuses), hurry };
      case "pass":
        return { does, ms: random.pick(times), hurry: false };
      default:
        return { does, slot, back, hurry };
    }
  };
  const steps = Array.from({ length: random.pick([6, 12, 25, 40]) }, draw);
  if (!without.has("shutDown") && random.chance(0.3)) {
    const at = Math.floor(random.roll() * steps.length);
    steps.splice(at, 0, drawShutDown(random, bounds));
  }
  return { world, steps };
}

/** Both differ clearly from all delays, like the times of `timesOf`. */
function drawShutDown(random: SeededRandom, bounds: Bounds): Step {
  const spread = random.pick(bounds.spreads);
  return { does: "shutDown", spread, timeout: random.pick([0, 1001, 10_001]), hurry: false };
}

/** All differ clearly from each other: timeouts may come a millisecond early. */
function timesOf({ heartbeatDelay, disconnectDelay }: World): number[] {
  const near = [heartbeatDelay, disconnectDelay].flatMap((ms) => [ms - 10, ms, ms + 10]);
  const times = [10, 100, 1000, ...near, 2 * heartbeatDelay + 500];
  // Where there are no heartbeats to speak of, their time never comes.
  return times.filter((ms) => ms < 100_000);
}
