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
  /** The digest of the server's options; empty if it tells none. */
  readonly options: string;
  /** All of that, as it stands in the registry. */
  readonly value: string;
}

/** The version of claims and messages. */
export const wireVersion = 1;
/** Characters of the longest value that is read. Many are remembered. */
const maxValue = 256;

/** Makes a holder, and the value of its claim. */
export function holderOf(server: string, number: number, hasKey: boolean, options = ""): Holder {
  const value = JSON.stringify([wireVersion, wireVersion, server, number, hasKey, options]);
  return { server, number, hasKey, options, value };
}

/** Reads the value of a claim. `undefined` if it is of another version, or not one at all. */
export function readHolder(value: string): Holder | undefined {
  const fields = fieldsOf(value);
  if (fields === undefined || isForeign(fields)) return undefined;
  const [, , server, number, hasKey, options = ""] = fields;
  if (typeof server !== "string" || !/^[0-9a-f]{32}$/.test(server)) return undefined;
  if (!Number.isSafeInteger(number) || typeof hasKey !== "boolean") return undefined;
  if (typeof options !== "string") return undefined;
  return { server, number: number as number, hasKey, options, value };
}

/** What is logged about servers that cannot be understood. */
export const otherVersion = "A server of another version of this package shares sessions on the " +
  "bus. What it sends is dropped, and requests for its sessions get 503";

/** The value of a claim cannot be used. */
export class ClaimError extends Error {}

/**
 * The same.
 *
 * @throws {ClaimError} If it is of another version, or not one at all.
 */
export function understoodHolder(value: string): Holder {
  const holder = readHolder(value);
  if (holder !== undefined) return holder;
  const fields = fieldsOf(value);
  throw new ClaimError(
    fields !== undefined && isForeign(fields)
      ? otherVersion
      : "A claim on the bus was not understood: requests for its session get 503",
  );
}

/** The items of a value that begins with the lowest and the highest version that its server speaks. */
function fieldsOf(value: string): unknown[] | undefined {
  if (value.length > maxValue) return undefined;
  try {
    const fields: unknown = JSON.parse(value);
    if (!Array.isArray(fields)) return undefined;
    const [lowest, highest] = fields as unknown[];
    return Number.isSafeInteger(lowest) && Number.isSafeInteger(highest) ? fields : undefined;
  } catch {
    return undefined;
  }
}

function isForeign([lowest, highest]: readonly unknown[]): boolean {
  return (lowest as number) > wireVersion || (highest as number) < wireVersion;
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
