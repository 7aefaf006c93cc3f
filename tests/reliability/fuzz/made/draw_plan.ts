/**
 * Draws services with extreme options: tiny limits, failing callbacks, and failing applications.
 *
 * @module
 */

import type { SeededRandom } from "../../../support/seeded_random.ts";
import { namesOf } from "./functions.ts";
import type { Plan } from "./plan.ts";

const small = [1, 16, 64, 100, 257, 1000, 4096];

/** Of which each service has some. */
const numbers: Readonly<Record<string, readonly number[]>> = {
  responseLimit: small,
  responseTimeLimit: [1, 50, 200],
  highWaterMark: small,
  maxBufferedBytes: [...small, 10_000, 100_000],
  maxTotalBufferedBytes: [...small, 10_000, 100_000],
  maxMessageSize: [...small, 65_536],
  maxSessions: [1, 2, 3],
  heartbeatTimeout: [20, 100],
};

const applications = [
  ...["obeys", "obeys", "obeys", "obeys", "reads", "reads", "writes", "leaves", "ignores"],
  ...["pauses", "throws", "throws-late", "rejects", "throws-nothing", "streams", "streams"],
  ...["tees", "streams-to-nobody", "streams-and-aborts", "fails-in-start", "fails-in-write"],
  ...["fails-in-close", "fails-in-abort", "never-writes", "never-closes", "prints", "prints"],
  ...["pipes-to-itself", "pipes-and-throws", "pipes-and-rejects"],
];

/** Draws what a service is like. */
export function drawPlan(random: SeededRandom): Plan {
  const heartbeatDelay = random.pick([20, 50, 100, 1000]);
  const plan = {
    numbers: { heartbeatDelay, disconnectDelay: random.pick([20, 100, 300]) } as Record<
      string,
      number
    >,
    functions: {} as Record<string, string>,
    application: random.pick(applications),
  };
  for (const [name, values] of Object.entries(numbers)) {
    if (random.chance(0.2)) plan.numbers[name] = random.pick(values);
  }
  if (random.chance(0.5)) return plan;
  const options = [
    "authorize",
    "authorize",
    "jsessionid",
    "baseUrl",
    "origins",
    "subprotocols",
    "log",
  ];
  for (const option of options) {
    if (random.chance(0.25)) plan.functions[option] = random.pick(namesOf(option));
  }
  return plan;
}
