/**
 * Random payloads of sends and messages: valid, almost valid, and garbage.
 *
 * @module
 */

import type { SeededRandom } from "../../support/seeded_random.ts";

/** A payload, and its messages where it was made of some and left alone. */
export interface Payload {
  readonly text: string;
  readonly messages?: readonly string[];
}

const characters = [
  ..."abcxyz019 _-'/<>&%+=?#",
  '"',
  "\\",
  "\0",
  "\n",
  "\r",
  "\t",
  "\x7f",
  "\u0080",
  "\u00e9",
  "\u200c",
  "\u2028",
  "\u20ac",
  "\ufeff",
  "\uffff",
  "\u{1f600}",
];
/** They survive JSON's own escapes, but not UTF-8. */
const loneSurrogates = ["\ud800", "\udfff", "\ude00\ud83d"];

const odd = [
  "",
  " ",
  "null",
  "true",
  "0",
  "-1e999",
  "[]",
  "{}",
  '""',
  "[[]]",
  "[1]",
  "[null]",
  '["a",1]',
  '["a",]',
  '[,"a"]',
  '["a" "b"]',
  '{"0":"a","length":1}',
  "['a']",
  '["a"]x',
  '\ufeff["a"]',
  '\u00a0["a"]',
  '["\\ud800"]',
  '["\\x41"]',
  '["\\u12"]',
  '["\t"]',
  "undefined",
  '[{"__proto__":"a"}]',
  '{"__proto__":["a"]}',
];

/** A message. */
export function drawMessage(random: SeededRandom): string {
  const length = random.pick([0, 1, 1, 3, 8, 8, 30, 30, random.chance(0.05) ? 2000 : 5]);
  const from = random.chance(0.1) ? loneSurrogates : characters;
  return random.several(length, () => random.pick(random.chance(0.8) ? characters : from)).join("");
}

/** A payload; on a websocket a string alone is one, too. */
export function drawPayload(random: SeededRandom, alone = false): Payload {
  const roll = random.roll();
  if (roll < 0.45) return drawGood(random, alone);
  if (roll < 0.65) return { text: random.pick(odd) };
  if (roll < 0.72) return { text: drawDeep(random) };
  return { text: bend(random, drawGood(random, alone).text) };
}

function drawGood(random: SeededRandom, alone: boolean): Payload {
  const messages = random.several(
    alone ? 1 : random.pick([0, 1, 1, 2, 3, 9]),
    () => drawMessage(random),
  );
  const strings = messages.map((message) => written(random, message));
  if (alone && random.chance(0.5)) return { text: strings[0] ?? "", messages };
  const space = () => random.chance(0.1) ? random.pick([" ", "\n", "\t", "\r", "  "]) : "";
  const inner = strings.map((string) => space() + string + space()).join(",");
  return { text: `${space()}[${inner}${space()}]${space()}`, messages };
}

/** One of the ways to write a string in JSON. */
function written(random: SeededRandom, message: string): string {
  if (random.chance(0.7)) return JSON.stringify(message);
  const units = message.split("").map((unit) =>
    random.chance(0.5)
      ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
      : JSON.stringify(unit).slice(1, -1)
  );
  return `"${units.join("")}"`;
}

function drawDeep(random: SeededRandom): string {
  const depth = random.pick([2, 50, 1000, 9000]);
  const [open, close] = random.pick([["[", "]"], ['{"a":', "}"], ["[[],", "]"], ['["a",', "]"]]);
  const core = random.pick(["", '"a"', "1"]);
  return open.repeat(depth) + core + (random.chance(0.5) ? close.repeat(depth) : "");
}

/** Something that is wrong with a text in a place or two. */
export function bend(random: SeededRandom, text: string): string {
  let bent = text;
  for (let times = random.pick([1, 1, 2, 4]); times > 0; times--) {
    const at = random.below(bent.length + 1);
    const end = Math.min(bent.length, at + random.pick([0, 1, 1, 5]));
    const instead = random.pick(["", "", ...'[]{}",:\\u0-e+.', random.pick(characters)]);
    bent = bent.slice(0, at) + instead + bent.slice(end);
  }
  return bent;
}
