/**
 * Counts the work of a server: the elements that it moves or reads, not time. Work inside the
 * runtime is not counted, because runtimes use their own copies of the methods.
 *
 * @module
 */

/** What a method costs: of what it is called on, and with what. */
type Cost = (self: { readonly length: number }, args: readonly unknown[]) => number;

const all: Cost = ({ length }) => length;
/** What lies between two places; the second is the end unless it is given. */
const part: Cost = ({ length }, [start = 0, end = length]) => {
  const place = (at: unknown) =>
    Number(at) < 0 ? length + Number(at) : Math.min(length, Number(at));
  return Math.max(1, place(end) - place(start));
};
/** What is taken out at a place, and what lies behind it and moves. */
const behind: Cost = (self, [start]) => part(self, [start]);
const first: Cost = (_, [text]) => typeof text === "string" ? text.length : 1;
const given: Cost = (_, [bytes]) => (bytes as ArrayLike<unknown> | undefined)?.length ?? 1;

const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as object;

/** Methods whose price depends on a length. */
const metered: readonly (readonly [object, readonly string[], Cost])[] = [
  [Array.prototype, ["shift", "unshift", "concat", "join"], all],
  [Array.prototype, ["slice"], part],
  [Array.prototype, ["splice"], behind],
  [Array.prototype, ["indexOf", "includes", "find", "findIndex", "filter", "map", "some"], all],
  [Array.prototype, ["every", "forEach", "reverse", "sort", "flat", "flatMap", "toSorted"], all],
  [String.prototype, ["split", "replace", "replaceAll", "match", "trim", "toLowerCase"], all],
  [String.prototype, ["includes", "slice", "substring", "charCodeAt"], () => 1],
  [typedArray, ["set"], given],
  [typedArray, ["slice"], part],
  [typedArray, ["fill"], all],
  [JSON, ["parse"], first],
];

/** What a regular expression reads: on from where it was, if it knows that. */
function meterSearch(name: "exec" | "test"): void {
  const method = RegExp.prototype[name] as (text: string) => unknown;
  RegExp.prototype[name] = function (this: RegExp, text: string): never {
    const from = this.lastIndex;
    const found = Reflect.apply(method, this, [text]);
    paid += Math.max(1, (this.lastIndex || String(text).length) - from);
    return found as never;
  };
}

/** The cost of the server's work so far. */
let paid = 0;
/** Messages that the application received in this turn, and the most in any turn. */
let received = 0;
let mostReceived = 0;

/** Replaces the methods. */
export function install(): void {
  for (const [owner, names, cost] of metered) {
    for (const name of names) meter(owner as Record<string, unknown>, name, cost);
  }
  meterSearch("exec");
  meterSearch("test");
  turn();
}

function meter(owner: Record<string, unknown>, name: string, cost: Cost): void {
  const method = owner[name];
  if (typeof method !== "function") return;
  const value = function (this: { readonly length: number }, ...args: unknown[]): unknown {
    paid += cost(this, args);
    return Reflect.apply(method, this, args);
  };
  Object.defineProperty(owner, name, { ...Object.getOwnPropertyDescriptor(owner, name), value });
}

function nextTurn(): void {
  mostReceived = Math.max(mostReceived, received);
  received = 0;
}

function turn(): void {
  nextTurn();
  setImmediate(turn);
}

/** The application received a message. */
export function countMessage(): void {
  received++;
}

/** The cost since the last call, and the most messages in one turn. */
export function read(): { paid: number; received: number } {
  nextTurn();
  const reading = { paid, received: mostReceived };
  paid = 0;
  mostReceived = 0;
  return reading;
}
