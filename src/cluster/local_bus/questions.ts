/**
 * What members of a local bus ask the registry, and its answers, as JSON.
 *
 * @module
 */

import type { Claim } from "../bus.ts";

/** What a member asks of the registry. */
export type Question =
  | { do: "claim"; key: string; value: string; ttl: number }
  | { do: "find"; key: string }
  | { do: "renew"; claims: readonly Claim[]; ttl: number }
  | { do: "release"; key: string; value: string };

/** A holder, or whether each claim was renewed; or that it is not the registry. */
export type Answer = { holder?: string | undefined; renewed?: boolean[]; moved?: true };

/**
 * Checks a question.
 *
 * @throws {TypeError} If it is none.
 */
export function checkedQuestion(question: unknown): Question {
  const { do: kind, key, value, claims, ttl } = fieldsOf(question);
  if (kind === "renew") {
    if (!Array.isArray(claims)) throw new TypeError("Claims must be a list");
    for (const claim of claims) {
      if (!isPairOfStrings(claim)) throw new TypeError("A claim must be a key and a value");
    }
  } else {
    if (typeof key !== "string") throw new TypeError("A key of a claim must be a string");
    if (kind === "find") return question as Question;
    if (typeof value !== "string") throw new TypeError("The value of a claim must be a string");
    if (kind === "release") return question as Question;
    if (kind !== "claim") throw new TypeError(`Unknown question: ${kind}`);
  }
  if (typeof ttl === "number" && ttl > 0 && ttl < Infinity) return question as Question;
  throw new TypeError("The time to live of a claim must be a number of milliseconds above 0");
}

/**
 * Checks an answer.
 *
 * @throws {TypeError} If it is none.
 */
export function checkedAnswer(answer: unknown): Answer {
  const { holder, renewed, moved } = fieldsOf(answer);
  if (holder !== undefined && typeof holder !== "string") throw new TypeError("Bad holder");
  const isRenewed = renewed === undefined ||
    Array.isArray(renewed) && renewed.every((one) => typeof one === "boolean");
  if (!isRenewed) throw new TypeError("Bad renewals");
  if (moved !== undefined && moved !== true) throw new TypeError("Bad answer");
  return answer as Answer;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  throw new TypeError("It must be an object");
}

function isPairOfStrings(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 &&
    value.every((element) => typeof element === "string");
}
