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

type Mutation = (dice: SeededRandom, text: string, other: string) => string;

const mutations: readonly Mutation[] = [
  function flip(dice, text) {
    const at = dice.below(text.length);
    const bit = 1 << dice.below(8);
    return put(text, at, at + 1, String.fromCharCode((text.charCodeAt(at) || 0) ^ bit));
  },
  function omit(dice, text) {
    const at = dice.below(text.length);
    return put(text, at, at + dice.pick([1, 1, 2, 10, 100]), "");
  },
  function insert(dice, text) {
    const at = dice.below(text.length + 1);
    return put(text, at, at, dice.pick(tokens).repeat(dice.pick([1, 1, 1, 2, 100])));
  },
  function replace(dice, text) {
    const at = dice.below(text.length);
    return put(text, at, at + 1, dice.pick(tokens));
  },
  function duplicate(dice, text) {
    const at = dice.below(text.length);
    const piece = text.slice(at, at + dice.pick([1, 5, 30, 300]));
    return put(text, at, at, piece);
  },
  function duplicateLine(dice, text) {
    const lines = text.split("\r\n");
    const at = dice.below(lines.length);
    lines.splice(dice.below(lines.length + 1), 0, lines[at] ?? "");
    return lines.join("\r\n");
  },
  function truncate(dice, text) {
    return text.slice(0, dice.below(text.length + 1));
  },
  function splice(dice, text, other) {
    return text.slice(0, dice.below(text.length + 1)) + other.slice(dice.below(other.length + 1));
  },
];

/** Changes a text of bytes in a place or more; `other` lends what it needs of its like. */
export function mutate(dice: SeededRandom, text: string, other: string): string {
  let mutated = text;
  for (let times = dice.pick([1, 1, 1, 2, 3, 8]); times > 0; times--) {
    mutated = dice.pick(mutations)(dice, mutated, other);
  }
  return mutated;
}

function put(text: string, start: number, end: number, instead: string): string {
  return text.slice(0, start) + instead + text.slice(end);
}
