/**
 * Stands in for the sign-in of a real application: exchanges a name and a password for a token.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { isEqual, makeToken } from "./tokens.ts";

/** One for all, for it is an example. */
const password = "open sesame";

/** Milliseconds that the client may choose. */
const lifetimes: readonly unknown[] = [1000, 600_000];

/** Answers the request with a token, or says what is wrong. */
export async function signIn(request: Request): Promise<Response> {
  if (request.method !== "POST") return new Response(null, { status: 405 });
  const length = Number(request.headers.get("Content-Length") ?? Infinity);
  if (!(length <= 1000)) return new Response("Too much\n", { status: 413 });
  const { name, password: given, lifetime } = await request.json().catch(() => ({}));
  const isNamed = typeof name === "string" && name.trim() !== "";
  if (!isNamed || typeof lifetime !== "number" || !lifetimes.includes(lifetime)) {
    return new Response("Something is missing\n", { status: 400 });
  }
  // Digests have one length, so that not even the password's can be measured.
  if (!isEqual(digest(String(given)), digest(password))) {
    return new Response("The password is wrong\n", { status: 401 });
  }
  return Response.json({ token: makeToken(name.trim(), lifetime) });
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
