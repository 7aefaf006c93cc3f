/**
 * Runs schedules against the model and the real sessions, and shows where they differ.
 *
 * @module
 */

import { fakeTime } from "../../support/fake_time.ts";
import type { Bounds, Schedule, Step, World } from "./session_schedule.ts";
import { SessionModel } from "./session_model.ts";
import { apply, type Subject } from "./session_subject.ts";

/** How a kind of subject is made and treated. */
export interface Trial {
  make(world: World, tick: (ms: number) => void): Subject;
  readonly bounds: Bounds;
  /** Steps that the subject cannot take in the same turn as others. */
  readonly unhurried: ReadonlySet<Step["does"]>;
}

/** Where a schedule went wrong. */
interface Difference {
  /** The step after which it showed; the number of steps when that was at the end. */
  readonly at: number;
  readonly text: string;
}

/** Runs one schedule to its end, or to the first difference. */
async function run(schedule: Schedule, trial: Trial): Promise<Difference | undefined> {
  using time = fakeTime();
  const { world, steps } = schedule;
  const model = new SessionModel(world);
  const real = trial.make(world, (ms) => time.tick(ms));
  const settle = async () => {
    model.settle();
    await real.settle();
  };
  let hurried = false;
  for (const [at, step] of steps.entries()) {
    const alone = step.does === "pass" || step.does === "shutDown" ||
      trial.unhurried.has(step.does);
    if (hurried && alone) await settle();
    apply(step, model);
    apply(step, real);
    hurried = step.hurry && !alone;
    if (hurried) continue;
    await settle();
    const text = compare(model, real);
    if (text !== undefined) return { at, text };
  }
  await settle();
  for (const subject of [model, real]) {
    subject.abortAll();
    subject.pass(2 * world.disconnectDelay + world.heartbeatDelay);
  }
  await settle();
  const text = compare(model, real) ?? (time.next() ? "a timer is left" : undefined);
  return text === undefined ? undefined : { at: steps.length, text };
}

function compare(model: Subject, real: Subject): string | undefined {
  const [wanted, got] = [model.transcripts, real.transcripts];
  return compareAll("receiver", wanted.receivers, got.receivers) ??
    compareAll("connection", wanted.connections, got.connections) ??
    compareOne("the answers", wanted.results, got.results) ??
    compareOne("the states", model.states(), real.states()) ??
    compareSizes(model.size(), real.size());
}

type Lines = readonly string[];

function compareAll(what: string, wanted: readonly Lines[], got: readonly Lines[]) {
  for (let i = 0; i < Math.max(wanted.length, got.length); i++) {
    const text = compareOne(`${what} ${i + 1}`, wanted[i] ?? [], got[i] ?? []);
    if (text !== undefined) return text;
  }
}

function compareOne(what: string, wanted: Lines, got: Lines): string | undefined {
  if (wanted.length === got.length && wanted.every((line, i) => line === got[i])) return undefined;
  return `${what}\n  should have: ${wanted.join(" | ")}\n  but has:     ${got.join(" | ")}`;
}

function compareSizes(wanted: number | undefined, got: number | undefined): string | undefined {
  return got === undefined || wanted === got
    ? undefined
    : `there should be ${wanted} sessions, but there are ${got}`;
}

/** Leaves out steps as long as the schedule fails without them. */
async function shrink(schedule: Schedule, trial: Trial): Promise<Schedule> {
  let { steps } = schedule;
  for (let width = steps.length >> 1; width >= 1; width >>= 1) {
    for (let i = steps.length - width; i >= 0; i -= width) {
      const fewer = steps.toSpliced(i, width);
      if (await run({ ...schedule, steps: fewer }, trial) !== undefined) steps = fewer;
    }
  }
  return { ...schedule, steps };
}

/** Runs a schedule; gives a report when model and subject differ. */
export async function tryOut(schedule: Schedule, trial: Trial): Promise<string | undefined> {
  if (await run(schedule, trial) === undefined) return undefined;
  const least = await shrink(schedule, trial);
  const difference = await run(least, trial);
  const { at, text } = difference ?? { at: -1, text: "nothing once more: it depends on the time" };
  const lines = least.steps.slice(0, at + 1).map((step) => `  ${JSON.stringify(step)}`);
  return [JSON.stringify(least.world), ...lines, `=> ${text}`].join("\n");
}
