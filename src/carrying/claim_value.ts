/**
 * The values of claims: which server has a session.
 *
 * @module
 */

import { createHash } from "node:crypto";

/** Which server has a session, as the registry of the bus says. */
export interface Holder {
  /** The server's incarnation. */
  readonly server: string;
  /** The claim's number: one that the server never uses again. */
  readonly number: number;
  /** Whether requests need the key that `authorize` returned when it was opened. */
  readonly hasKey: boolean;
  /** All of that, as it stands in the registry. */
  readonly value: string;
}

/** The version of claims and messages. */
export const wireVersion = 1;

/** Makes a holder, and the value of its claim. */
export function holderOf(server: string, number: number, hasKey: boolean): Holder {
  const value = JSON.stringify([wireVersion, wireVersion, server, number, hasKey]);
  return { server, number, hasKey, value };
}

/** Reads the value of a claim. `undefined` if it is of another version, or not one at all. */
export function readHolder(value: string): Holder | undefined {
  let fields: unknown;
  try {
    fields = JSON.parse(value);
  } catch {
    return undefined;
  }
  if (!Array.isArray(fields)) return undefined;
  const [lowest, highest, server, number, hasKey] = fields as unknown[];
  if (!((lowest as number) <= wireVersion && (highest as number) >= wireVersion)) return undefined;
  if (typeof server !== "string" || !/^[0-9a-f]{32}$/.test(server)) return undefined;
  if (!Number.isSafeInteger(number) || typeof hasKey !== "boolean") return undefined;
  return { server, number: number as number, hasKey, value };
}

/**
 * The name of a session on the bus. Ids are secrets, and other programs may list the keys of an
 * engine.
 *
 * @param prefix The option `prefix`, as far as it is a text.
 * @param id As in the session store: with the prefix that has matched, if that is a pattern.
 */
export function sessionHash(prefix: string, id: string): string {
  return createHash("sha256").update(`${prefix.length} ${prefix}${id}`).digest("hex").slice(0, 32);
}
