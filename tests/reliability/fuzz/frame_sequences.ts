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
export function drawFrames(random: SeededRandom, isRaw: boolean): Frames {
  const roll = random.roll();
  if (roll < 0.35) return drawText(random, isRaw);
  if (roll < 0.5) return drawControl(random);
  if (roll < 0.55) return drawEnd(random);
  return roll < 0.65 ? drawForbidden(random) : drawGood(random, isRaw);
}

/** A message, faultless, in as many fragments as can be. */
function drawGood(random: SeededRandom, isRaw: boolean): Frames {
  const { text, messages = [] } = drawPayload(random, true);
  if (messages.length === 0) return { bytes: frame(random, 1, `""`), ...echo(isRaw, `""`) };
  // Lone surrogates that are not escaped do not survive UTF-8.
  return { bytes: inFragments(random, utf8(text)), ...echo(isRaw, text.toWellFormed()) };
}

/** A message that need not be one. */
function drawText(random: SeededRandom, isRaw: boolean): Frames {
  const { text } = drawPayload(random, true);
  return { bytes: inFragments(random, utf8(text)), ...echo(isRaw, text.toWellFormed()) };
}

function echo(isRaw: boolean, text: string): Pick<Frames, "messages" | "outcome"> {
  const messages = isRaw ? [text] : meaningOfText(text);
  return { messages: messages ?? [], outcome: messages === undefined ? "ends" : "echoes" };
}

function inFragments(random: SeededRandom, text: string): Uint8Array {
  const parts: Uint8Array[] = [];
  let rest = text;
  let opcode: number = opcodes.text;
  while (random.chance(0.25)) {
    const at = random.below(rest.length + 1);
    parts.push(frame(random, opcode, rest.slice(0, at), 0));
    if (random.chance(0.3)) parts.push(frame(random, opcodes.ping, "between"));
    rest = rest.slice(at);
    opcode = opcodes.continuation;
  }
  return concatenate([...parts, frame(random, opcode, rest)]);
}

function drawControl(random: SeededRandom): Frames {
  const opcode = random.pick([opcodes.ping, opcodes.pong]);
  const bytes = frame(random, opcode, "x".repeat(random.pick([0, 1, 30, 125])));
  return { bytes, messages: [], outcome: "echoes" };
}

/** Binary messages, and closes of all kinds. */
function drawEnd(random: SeededRandom): Frames {
  if (random.chance(0.4)) {
    const bytes = frame(random, opcodes.binary, random.pick(["", "x", "\xff\xfe"]));
    return { bytes, messages: [], outcome: "ends" };
  }
  const code = random.pick([1000, 1001, 3000, 4999, 1005, 1006, 1015, 0, 999, 1004, 5000, 65535]);
  const reason = random.pick([[], [], [0x78], Array<number>(123).fill(0x78)]);
  const payload = random.chance(0.2) ? new Uint8Array(0) : closePayload(code, ...reason);
  const bytes = oddFrame({ first: fin | opcodes.close, payload, mask: drawMask(random) });
  return { bytes, messages: [], outcome: "ends" };
}

/** What RFC 6455 forbids. Some runtimes are kind to some of it. */
function drawForbidden(random: SeededRandom): Frames {
  const mask = drawMask(random);
  const bytes = oddFrame(random.pick([
    { first: fin | random.pick([0x10, 0x20, 0x40, 0x70]) | 1, payload: `"x"`, mask },
    { first: fin | random.pick([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]), payload: `"x"`, mask },
    { first: fin | opcodes.continuation, payload: `"x"`, mask },
    { first: fin | opcodes.ping, payload: "x".repeat(random.pick([126, 70_000])), mask },
    { first: random.pick([8, 9, 10]), payload: "", mask },
    { first: fin | opcodes.close, payload: new Uint8Array([random.below(256)]), mask },
    { first: fin | opcodes.close, payload: closePayload(1000, 0xff), mask },
    { first: fin | opcodes.text, payload: `"x"`, masked: false },
    { first: fin | opcodes.text, payload: new Uint8Array([0x22, 0xff, 0x22]), mask },
    { first: fin | opcodes.text, payload: `"x"`, length: random.pick(lengths), mask },
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

function frame(random: SeededRandom, opcode: number, payload: string, first = fin): Uint8Array {
  return oddFrame({ first: first | opcode, payload: fromLatin1(payload), mask: drawMask(random) });
}

function drawMask(random: SeededRandom): number[] {
  return random.several(4, () => random.below(256));
}
