/**
 * Keys of maps for texts that clients choose.
 *
 * Texts with the same hash make a map slow. On Deno, the numbers in decimal have known hashes, and
 * the seed of all others is the same in each process. Bun's hashes have no seed. So clients could
 * find such texts beforehand, unless something that they do not know stands before them.
 *
 * @module
 */

/** It begins with a letter, for a key must not be a number. */
const secret = `k${crypto.randomUUID().slice(0, 8)}`;

/** The key for a text. */
export function keyOf(text: string): string {
  return secret + text;
}

/** The text of a key. */
export function textOf(key: string): string {
  return key.slice(secret.length);
}
