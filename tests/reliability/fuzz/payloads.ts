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
export function drawMessage(dice: SeededRandom): string {
  const length = dice.pick([0, 1, 1, 3, 8, 8, 30, 30, dice.chance(0.05) ? 2000 : 5]);
  const from = dice.chance(0.1) ? loneSurrogates : characters;
  return dice.several(length, () => dice.pick(dice.chance(0.8) ? characters : from)).join("");
}

/** A payload; on a websocket a string alone is one, too. */
export function drawPayload(dice: SeededRandom, alone = false): Payload {
  const roll = dice.roll();
  if (roll < 0.45) return drawGood(dice, alone);
  if (roll < 0.65) return { text: dice.pick(odd) };
  if (roll < 0.72) return { text: drawDeep(dice) };
  return { text: bend(dice, drawGood(dice, alone).text) };
}

function drawGood(dice: SeededRandom, alone: boolean): Payload {
  const messages = dice.several(alone ? 1 : dice.pick([0, 1, 1, 2, 3, 9]), () => drawMessage(dice));
  const strings = messages.map((message) => written(dice, message));
  if (alone && dice.chance(0.5)) return { text: strings[0] ?? "", messages };
  const space = () => dice.chance(0.1) ? dice.pick([" ", "\n", "\t", "\r", "  "]) : "";
  const inner = strings.map((string) => space() + string + space()).join(",");
  return { text: `${space()}[${inner}${space()}]${space()}`, messages };
}

/** One of the ways to write a string in JSON. */
function written(dice: SeededRandom, message: string): string {
  if (dice.chance(0.7)) return JSON.stringify(message);
  const units = message.split("").map((unit) =>
    dice.chance(0.5)
      ? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
      : JSON.stringify(unit).slice(1, -1)
  );
  return `"${units.join("")}"`;
}

function drawDeep(dice: SeededRandom): string {
  const depth = dice.pick([2, 50, 1000, 9000]);
  const [open, close] = dice.pick([["[", "]"], ['{"a":', "}"], ["[[],", "]"], ['["a",', "]"]]);
  const core = dice.pick(["", '"a"', "1"]);
  return open.repeat(depth) + core + (dice.chance(0.5) ? close.repeat(depth) : "");
}

/** Something that is wrong with a text in a place or two. */
export function bend(dice: SeededRandom, text: string): string {
  let bent = text;
  for (let times = dice.pick([1, 1, 2, 4]); times > 0; times--) {
    const at = dice.below(bent.length + 1);
    const end = Math.min(bent.length, at + dice.pick([0, 1, 1, 5]));
    const instead = dice.pick(["", "", ...'[]{}",:\\u0-e+.', dice.pick(characters)]);
    bent = bent.slice(0, at) + instead + bent.slice(end);
  }
  return bent;
}
