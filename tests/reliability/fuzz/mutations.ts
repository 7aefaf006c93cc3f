/**
 * Random changes to bytes.
 *
 * @module
 */

import type { SeededRandom } from "../../support/seeded_random.ts";

const tokens = [
  "\r\n",
  "\n",
  "\r",
  "\0",
  " ",
  ":",
  ",",
  ";",
  "/",
  "?",
  "%",
  "\xff",
  "\t",
  "0",
  "\r\n\r\n",
];

type Mutation = (random: SeededRandom, text: string, other: string) => string;

const mutations: readonly Mutation[] = [
  function flip(random, text) {
    const at = random.below(text.length);
    const bit = 1 << random.below(8);
    return put(text, at, at + 1, String.fromCharCode((text.charCodeAt(at) || 0) ^ bit));
  },
  function omit(random, text) {
    const at = random.below(text.length);
    return put(text, at, at + random.pick([1, 1, 2, 10, 100]), "");
  },
  function insert(random, text) {
    const at = random.below(text.length + 1);
    return put(text, at, at, random.pick(tokens).repeat(random.pick([1, 1, 1, 2, 100])));
  },
  function replace(random, text) {
    const at = random.below(text.length);
    return put(text, at, at + 1, random.pick(tokens));
  },
  function duplicate(random, text) {
    const at = random.below(text.length);
    const piece = text.slice(at, at + random.pick([1, 5, 30, 300]));
    return put(text, at, at, piece);
  },
  function duplicateLine(random, text) {
    const lines = text.split("\r\n");
    const at = random.below(lines.length);
    lines.splice(random.below(lines.length + 1), 0, lines[at] ?? "");
    return lines.join("\r\n");
  },
  function truncate(random, text) {
    return text.slice(0, random.below(text.length + 1));
  },
  function splice(random, text, other) {
    return text.slice(0, random.below(text.length + 1)) +
      other.slice(random.below(other.length + 1));
  },
];

/** Changes a text of bytes in a place or more; `other` lends what it needs of its like. */
export function mutate(random: SeededRandom, text: string, other: string): string {
  let mutated = text;
  for (let times = random.pick([1, 1, 1, 2, 3, 8]); times > 0; times--) {
    mutated = random.pick(mutations)(random, mutated, other);
  }
  return mutated;
}

function put(text: string, start: number, end: number, instead: string): string {
  return text.slice(0, start) + instead + text.slice(end);
}
