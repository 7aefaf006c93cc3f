/**
 * Random frames on an open websocket, whole and truncated.
 *
 * @module
 */

import { concatenate, fromLatin1 } from "../../support/bytes.ts";
import { closePayload, oddFrame } from "../../support/frame_bytes.ts";
import { opcodes } from "../../support/raw_websocket.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { utf8 } from "./bodies.ts";
import { meaningOfText } from "./decoding.ts";
import { drawPayload } from "./payloads.ts";

/** Bytes, and what has to come of them. */
export interface Frames {
  readonly bytes: Uint8Array;
  /** The messages that are in there. */
  readonly messages: readonly string[];
  /**
   * `echoes`: there is nothing else. `ends`: then comes what ends a websocket.
   * `anything`: it is up to the runtime what it makes of it, but not nothing at all.
   */
  readonly outcome: "echoes" | "ends" | "anything";
}

const fin = 0x80;

/** Draws some of these, good and bad. */
export function drawFrames(dice: SeededRandom, isRaw: boolean): Frames {
  const roll = dice.roll();
  if (roll < 0.35) return drawText(dice, isRaw);
  if (roll < 0.5) return drawControl(dice);
  if (roll < 0.55) return drawEnd(dice);
  return roll < 0.65 ? drawForbidden(dice) : drawGood(dice, isRaw);
}

/** A message, faultless, in as many fragments as can be. */
function drawGood(dice: SeededRandom, isRaw: boolean): Frames {
  const { text, messages = [] } = drawPayload(dice, true);
  if (messages.length === 0) return { bytes: frame(dice, 1, `""`), ...echo(isRaw, `""`) };
  // Lone surrogates that are not escaped do not survive UTF-8.
  return { bytes: inFragments(dice, utf8(text)), ...echo(isRaw, text.toWellFormed()) };
}

/** A message that need not be one. */
function drawText(dice: SeededRandom, isRaw: boolean): Frames {
  const { text } = drawPayload(dice, true);
  return { bytes: inFragments(dice, utf8(text)), ...echo(isRaw, text.toWellFormed()) };
}

function echo(isRaw: boolean, text: string): Pick<Frames, "messages" | "outcome"> {
  const messages = isRaw ? [text] : meaningOfText(text);
  return { messages: messages ?? [], outcome: messages === undefined ? "ends" : "echoes" };
}

function inFragments(dice: SeededRandom, text: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let rest = text;
  let opcode: number = opcodes.text;
  while (dice.chance(0.25)) {
    const at = dice.below(rest.length + 1);
    parts.push(frame(dice, opcode, rest.slice(0, at), 0));
    if (dice.chance(0.3)) parts.push(frame(dice, opcodes.ping, "between"));
    rest = rest.slice(at);
    opcode = opcodes.continuation;
  }
  return concatenate([...parts, frame(dice, opcode, rest)]);
}

function drawControl(dice: SeededRandom): Frames {
  const opcode = dice.pick([opcodes.ping, opcodes.pong]);
  const bytes = frame(dice, opcode, "x".repeat(dice.pick([0, 1, 30, 125])));
  return { bytes, messages: [], outcome: "echoes" };
}

/** Binary messages, and closes of all kinds. */
function drawEnd(dice: SeededRandom): Frames {
  if (dice.chance(0.4)) {
    const bytes = frame(dice, opcodes.binary, dice.pick(["", "x", "\xff\xfe"]));
    return { bytes, messages: [], outcome: "ends" };
  }
  const code = dice.pick([1000, 1001, 3000, 4999, 1005, 1006, 1015, 0, 999, 1004, 5000, 65535]);
  const reason = dice.pick([[], [], [0x78], Array<number>(123).fill(0x78)]);
  const payload = dice.chance(0.2) ? new Uint8Array(0) : closePayload(code, ...reason);
  const bytes = oddFrame({ first: fin | opcodes.close, payload, mask: drawMask(dice) });
  return { bytes, messages: [], outcome: "ends" };
}

/** What RFC 6455 forbids. Some runtimes are kind to some of it. */
function drawForbidden(dice: SeededRandom): Frames {
  const mask = drawMask(dice);
  const bytes = oddFrame(dice.pick([
    { first: fin | dice.pick([0x10, 0x20, 0x40, 0x70]) | 1, payload: `"x"`, mask },
    { first: fin | dice.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), payload: `"x"`, mask },
    { first: fin | opcodes.continuation, payload: `"x"`, mask },
    { first: fin | opcodes.ping, payload: "x".repeat(dice.pick([126, 70_000])), mask },
    { first: dice.pick([8, 9, 10]), payload: "", mask },
    { first: fin | opcodes.close, payload: new Uint8Array([dice.below(256)]), mask },
    { first: fin | opcodes.close, payload: closePayload(1000, 0xff), mask },
    { first: fin | opcodes.text, payload: `"x"`, masked: false },
    { first: fin | opcodes.text, payload: new Uint8Array([0x22, 0xff, 0x22]), mask },
    { first: fin | opcodes.text, payload: `"x"`, length: dice.pick(lengths), mask },
    { first: opcodes.text, payload: `"x`, mask },
  ]));
  return { bytes, messages: [], outcome: "anything" };
}

/** Not the length of three bytes, or not as short as it could be. */
const lengths = [
  [0],
  [2],
  [4],
  [125],
  [126, 0, 3],
  [126, 255, 255],
  [127, 0, 0, 0, 0, 0, 0, 0, 3],
  [127, 0, 0, 0, 0, 4, 0, 0, 0],
  [127, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [127, 0x80, 0, 0, 0, 0, 0, 0, 0],
];

function frame(dice: SeededRandom, opcode: number, payload: string, first = fin): Uint8Array {
  return oddFrame({ first: first | opcode, payload: fromLatin1(payload), mask: drawMask(dice) });
}

function drawMask(dice: SeededRandom): number[] {
  return dice.several(4, () => dice.below(256));
}
