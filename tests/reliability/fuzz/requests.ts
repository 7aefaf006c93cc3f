/**
 * Random whole requests, as bytes: valid, unusual, and mutated.
 *
 * @module
 */

import type { SeededRandom } from "../../support/seeded_random.ts";
import { drawBody, framed, misframed } from "./bodies.ts";
import { drawFields, drawHandshake, drawOddFields, type Field } from "./fields.ts";
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
export function drawRequest(dice: SeededRandom, base: string, id: string): Request {
  const request = dice.chance(0.75) ? drawSound(dice, base, id) : drawOdd(dice, base, id);
  if (dice.chance(0.75)) return request;
  const other = dice.chance(0.5) ? drawSound(dice, base, id) : drawOdd(dice, base, id);
  return { ...request, text: mutate(dice, request.text, other.text), isSound: false };
}

/** The one that opens a session. */
export function opening(base: string, id: string): Request {
  const target = { text: `${base}/000/${id}/xhr`, method: "POST", endpoint: "xhr" };
  const text = head("POST", target, "1.1", [["Host", "127.0.0.1"], ["Content-Length", "0"]]);
  return { text, method: "POST", isSound: true };
}

function drawSound(dice: SeededRandom, base: string, id: string): Request {
  const target = drawTarget(dice, base, id);
  // Only where every runtime takes it: it is another's affair what a path may be.
  const isSound = /^\/[!-~]*$/.test(target.text) && !target.text.includes("#") &&
    target.text.length < 1000;
  const fields: Field[] = [["Host", "127.0.0.1"], ...drawFields(dice)];
  const method = dice.chance(0.85)
    ? target.method
    : dice.pick(["GET", "POST", "OPTIONS", "HEAD", "HEAD", "PUT"]);
  if (target.endpoint.endsWith("websocket")) fields.push(...drawHandshake(dice, dice.chance(0.8)));
  let bytes = "";
  if (method === "POST" || method === "PUT") {
    const isSend = target.endpoint.endsWith("_send") || dice.chance(0.1);
    const body = isSend ? drawBody(dice) : { bytes: "", type: undefined };
    const { fields: length, bytes: rest } = framed(dice, body.bytes);
    if (body.type !== undefined) fields.push(["Content-Type", body.type]);
    fields.push(...length);
    bytes = rest;
  }
  return { text: head(method, target, "1.1", fields) + bytes, method, isSound };
}

function drawOdd(dice: SeededRandom, base: string, id: string): Request {
  const target = drawTarget(dice, base, id);
  const method = dice.chance(0.7) ? target.method : dice.pick(oddMethods);
  const version = dice.chance(0.7) ? "1.1" : dice.pick(oddVersions);
  const fields: Field[] = [...drawFields(dice)];
  if (dice.chance(0.9)) fields.unshift(["Host", "127.0.0.1"]);
  if (dice.chance(0.6)) fields.push(...drawOddFields(dice));
  if (dice.chance(0.2)) fields.push(...drawHandshake(dice, false));
  const body = dice.chance(0.5) ? drawBody(dice).bytes : "";
  const { fields: length, bytes } = dice.chance(0.5) ? framed(dice, body) : misframed(dice, body);
  if (body !== "" || method === "POST") fields.push(...length);
  return { text: head(method, target, version, fields) + bytes, method, isSound: false };
}

function head(method: string, target: Target, version: string, fields: readonly Field[]): string {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  return `${method} ${target.text} HTTP/${version}\r\n${lines}\r\n`;
}
