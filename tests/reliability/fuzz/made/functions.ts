/**
 * Option callbacks that throw, reject, or return nonsense.
 *
 * @module
 */

const fail = (): never => {
  throw new Error("thrown by an option");
};
const reject = () => Promise.reject(new Error("rejected by an option"));

const getters = {
  get key(): string {
    return fail();
  },
  get context(): string {
    return fail();
  },
};

/** A grant that can be looked at once. */
function fickle() {
  let looks = 0;
  const look = (value: string) => looks++ > 2 ? fail() : value;
  return {
    get key() {
      return look("key");
    },
    get context() {
      return look("context");
    },
  };
}

/** What any of them may be. */
const anywhere: Readonly<Record<string, () => unknown>> = {
  throws: fail,
  rejects: reject,
  nothing: () => undefined,
  nonsense: () => Symbol("nonsense"),
  line: () => "a\r\nb: c",
  long: () => "x".repeat(100_000),
};

/** By the option, and the name of one of them. */
const functions: Readonly<Record<string, Readonly<Record<string, () => unknown>>>> = {
  authorize: {
    ...anywhere,
    "throwing-key": () => Object.defineProperty({ context: 1 }, "key", { get: fail }),
    "throwing-context": () => Object.defineProperty({ key: "k" }, "context", { get: fail }),
    "throwing-getters": () => getters,
    fickle,
    late: () => new Promise((resolve) => setTimeout(resolve, 1, true)),
    response: () => new Response("No", { status: 402, headers: { "X-Own": "1" } }),
    upgrade: () => new Response("No", { headers: { Connection: "close", Upgrade: "x" } }),
  },
  jsessionid: { ...anywhere, good: () => "JSESSIONID=x" },
  baseUrl: { ...anywhere, good: () => "http://x" },
  origins: { ...anywhere, yes: () => true, no: () => false },
  subprotocols: { ...anywhere, good: () => "a" },
  log: { ...anywhere },
};

/** The names of those that there are for an option. */
export function namesOf(option: string): string[] {
  return Object.keys(functions[option] ?? {});
}

/** The options with their functions. */
export function functionsOf(names: Readonly<Record<string, string>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(names).map(([option, name]) => [option, functions[option]?.[name]]),
  );
}
