/**
 * The numbered messages that client and server send each other: a letter, the
 * number, a space, and as much text as its length says.
 *
 * @module
 */

/** Gives numbers of 0 to 1, without 1. */
export type Random = () => number;

/** What the client sends and the server gives back. */
export const echoed = "m";

/** What the server sends by itself. */
export const pushed = "p";

/** Asks the server to push no more: it answers with its counts. */
export const bye = "bye";

/** As `bye`, and the server closes the connection after its response. */
export const close = "close";

const longest = 65536;

/** The second has to be escaped here and there, and takes more bytes than characters. */
const paddings = ["sphinx of black quartz, judge my vow. ", 'ψ "100%"\n\u2028</script> € \\ ']
  .map((text) => text.repeat(Math.ceil(2 * longest / text.length)));

/** A message. The same letter, number and length make the same one. */
export function messageOf(letter: string, number: number, length: number): string {
  const padding = paddings[number % 8 === 0 ? 1 : 0] ?? "";
  return `${letter}${number} ${padding.slice(number % 32, number % 32 + length)}`;
}

/** The number in a message. */
export function numberOf(message: string): number {
  return parseInt(message.slice(1, 20));
}

/** How long the next message is: mostly short, a kilobyte now and then, 64 seldom. */
export function randomLength(random: Random): number {
  const roll = random();
  if (roll < 0.002) return longest;
  if (roll < 0.05) return 1024;
  return Math.floor(random() * 120);
}

/** Between two messages, in ms: about a second. */
export function randomGap(random: Random): number {
  return 300 + random() * 1400;
}

/** Mulberry32: the same seed gives the same numbers. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
