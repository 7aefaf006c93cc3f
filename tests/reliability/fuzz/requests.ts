/**
 * Random whole requests, as bytes: valid, unusual, and mutated.
 *
 * @module
 */

import type { Field } from "../../support/hpack.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { drawBody, framed, misframed } from "./bodies.ts";
import { drawFields, drawHandshake, drawOddFields } from "./fields.ts";
import { mutate } from "./mutations.ts";
import { drawTarget, type Target } from "./targets.ts";

/** A request, one byte a character. */
export interface Request {
  readonly text: string;
  /** The method, as far as it is one. */
  readonly method: string;
  /**
   * Whether nothing is wrong with it, so that it has to be answered, and with what the
   * server itself says; else a runtime may also end the connection, or wait for more.
   */
  readonly isSound: boolean;
}

const oddMethods = [
  "HEAD",
  "PUT",
  "DELETE",
  "PATCH",
  "TRACE",
  "CONNECT",
  "get",
  "X",
  "M-SEARCH",
  "",
];
const oddVersions = ["1.0", "1.0", "0.9", "1.2", "2.0", "3", "x", "01.1", ""];

/** Draws one at a service. */
export function drawRequest(random: SeededRandom, base: string, id: string): Request {
  const request = random.chance(0.75) ? drawSound(random, base, id) : drawOdd(random, base, id);
  if (random.chance(0.75)) return request;
  const other = random.chance(0.5) ? drawSound(random, base, id) : drawOdd(random, base, id);
  return { ...request, text: mutate(random, request.text, other.text), isSound: false };
}

/** The one that opens a session. */
export function opening(base: string, id: string): Request {
  const target = { text: `${base}/000/${id}/xhr`, method: "POST", endpoint: "xhr" };
  const text = head("POST", target, "1.1", [["Host", "127.0.0.1"], ["Content-Length", "0"]]);
  return { text, method: "POST", isSound: true };
}

function drawSound(random: SeededRandom, base: string, id: string): Request {
  const target = drawTarget(random, base, id);
  // Only where every runtime takes it: it is another's affair what a path may be.
  const isSound = /^\/[!-~]*$/.test(target.text) && !target.text.includes("#") &&
    target.text.length < 1000;
  const fields: Field[] = [["Host", "127.0.0.1"], ...drawFields(random)];
  const method = random.chance(0.85)
    ? target.method
    : random.pick(["GET", "POST", "OPTIONS", "HEAD", "HEAD", "PUT"]);
  if (target.endpoint.endsWith("websocket")) {
    fields.push(...drawHandshake(random, random.chance(0.8)));
  }
  let bytes = "";
  if (method === "POST" || method === "PUT") {
    const isSend = target.endpoint.endsWith("_send") || random.chance(0.1);
    const body = isSend ? drawBody(random) : { bytes: "", type: undefined };
    const { fields: length, bytes: rest } = framed(random, body.bytes);
    if (body.type !== undefined) fields.push(["Content-Type", body.type]);
    fields.push(...length);
    bytes = rest;
  }
  return { text: head(method, target, "1.1", fields) + bytes, method, isSound };
}

function drawOdd(random: SeededRandom, base: string, id: string): Request {
  const target = drawTarget(random, base, id);
  const method = random.chance(0.7) ? target.method : random.pick(oddMethods);
  const version = random.chance(0.7) ? "1.1" : random.pick(oddVersions);
  const fields: Field[] = [...drawFields(random)];
  if (random.chance(0.9)) fields.unshift(["Host", "127.0.0.1"]);
  if (random.chance(0.6)) fields.push(...drawOddFields(random));
  if (random.chance(0.2)) fields.push(...drawHandshake(random, false));
  const body = random.chance(0.5) ? drawBody(random).bytes : "";
  const { fields: length, bytes } = random.chance(0.5)
    ? framed(random, body)
    : misframed(random, body);
  if (body !== "" || method === "POST") fields.push(...length);
  return { text: head(method, target, version, fields) + bytes, method, isSound: false };
}

function head(method: string, target: Target, version: string, fields: readonly Field[]): string {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `${method} ${target.text} HTTP/${version}\r\n${lines}\r\n`;
}
