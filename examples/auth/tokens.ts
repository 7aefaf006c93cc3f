/**
 * Signed tokens that hold a user's name and when they expire. A real application may use JSON Web
 * Tokens, or random tokens that it keeps in a database.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** New with each start: then all have to sign in again. */
const secret = randomBytes(32);

/** What a token says, unless there is a problem with it. */
export type Token =
  | { name: string; expires: number; problem?: undefined }
  | { name?: undefined; expires?: undefined; problem: string };

/** Makes a token that is good for some milliseconds. */
export function makeToken(name: string, lifetime: number): string {
  const content = JSON.stringify({ name, expires: Date.now() + lifetime });
  const claims = Buffer.from(content).toString("base64url");
  return `${claims}.${signatureOf(claims).toString("base64url")}`;
}

/** Reads and checks a token; reads nothing of it that is not signed. */
export function readToken(token: string): Token {
  const [claims = "", signature = ""] = token.split(".");
  if (!isEqual(Buffer.from(signature, "base64url"), signatureOf(claims))) {
    return { problem: "Not a valid token" };
  }
  const { name, expires } = JSON.parse(Buffer.from(claims, "base64url").toString());
  return expires > Date.now() ? { name, expires } : { problem: "The token has expired" };
}

/**
 * Compares in constant time. Otherwise an attacker could measure how many bytes are
 * equal, and guess the right value byte by byte.
 */
export function isEqual(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function signatureOf(claims: string): Buffer {
  return createHmac("sha256", secret).update(claims).digest();
}
