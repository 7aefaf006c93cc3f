/**
 * What was found out about a program: with `sockjs`, and with our package in its place.
 *
 * @module
 */

import { isDeepStrictEqual } from "node:util";

/** By the sentences that say what was looked for. All values are JSON. */
export type Facts = Readonly<Record<string, unknown>>;

/** A difference that the migration page names. */
export interface Difference {
  /** What ours gives. */
  readonly ours: unknown;
  /** Words of that page, which say so and why. */
  readonly line: string;
}

/** By the sentences of the facts. */
export type Differences = Readonly<Record<string, Difference>>;

/** One fact, of both. */
export interface Comparison {
  readonly sentence: string;
  readonly control: unknown;
  readonly ours: unknown;
  readonly isEqual: boolean;
  /** Why they may differ. */
  readonly line?: string;
  /** What is wrong with it; empty if they are equal, or differ as they should. */
  readonly fault: string;
}

/** Compares all of them. */
export function compareFacts(
  control: Facts,
  ours: Facts,
  differences: Differences = {},
): Comparison[] {
  const sentences = new Set([...Object.keys(control), ...Object.keys(ours)]);
  return [...sentences, ...Object.keys(differences).filter((name) => !sentences.has(name))].map(
    (sentence) => {
      const difference = differences[sentence];
      const values = { sentence, control: control[sentence], ours: ours[sentence] };
      const isEqual = isSame(values.control, values.ours);
      const fault = findFault(values, isEqual, difference);
      return { ...values, isEqual, fault, ...(difference && { line: difference.line }) };
    },
  );
}

function findFault(
  { control, ours }: { control: unknown; ours: unknown },
  isEqual: boolean,
  difference: Difference | undefined,
): string {
  if (control === undefined || ours === undefined) return "found with one of them only";
  if (hasFailed(control)) return "failed with the original";
  if (difference === undefined) return isEqual ? "" : "different";
  if (isEqual) return "equal, but said to be different";
  return isSame(difference.ours, ours) ? "" : "different in another way than said";
}

/** Whether it is `{ failed: "why" }`. */
function hasFailed(value: unknown): boolean {
  return typeof value === "object" && value !== null && "failed" in value;
}

/** Whether it is the same, or a number that is about the same: less is better. */
function isSame(control: unknown, ours: unknown): boolean {
  const [a, b] = [numberOf(control), numberOf(ours)];
  if (a === undefined || b === undefined) return isDeepStrictEqual(control, ours);
  return b >= a / 2 && b <= a * 1.25;
}

/** The number of `{ about: 1000 }`. */
function numberOf(value: unknown): number | undefined {
  const { about } = (value ?? {}) as { about?: unknown };
  return typeof about === "number" ? about : undefined;
}

/** A line, or some, for people. */
export function describe({ sentence, control, ours, isEqual, line, fault }: Comparison): string {
  const problem = fault === "" ? "" : `  FAULT: ${fault}`;
  if (isEqual) return `  = ${sentence}: ${show(ours)}${problem}`;
  const values = [`      original: ${show(control)}`, `      ours:     ${show(ours)}`];
  const why = line === undefined ? [] : [`      because:  ${line}`];
  return [`  x ${sentence}${problem}`, ...values, ...why].join("\n");
}

function show(value: unknown): string {
  return value === undefined ? "not found" : JSON.stringify(value);
}
