/**
 * Heads of answers, as Node takes them.
 *
 * @module
 */

import { checkStatus } from "../../http/plain_response.ts";
import { isFieldValue } from "../../http/cookies.ts";
import { connectionHeaders } from "./connection_headers.ts";
import type { ServerResponse } from "./types.ts";

/** Headers of an answer. */
type NodeHeaders = Record<string, string | string[]>;

/**
 * Begins an answer, beside whatever fields others have given it.
 *
 * @throws Where Node cannot send it, or others have begun to; nothing of it is sent then, and
 * nothing of it is left to be sent with another.
 */
export function writeHead(res: ServerResponse, status: number, headers: NodeHeaders): void {
  checkStatus(status);
  if (res.headersSent) throw new Error("Cannot answer: the head of another answer was sent");
  try {
    if (res.stream !== undefined) checkForHttp2(res, headers);
    leaveFraming(res, status, headers);
    res.writeHead(status, headers);
  } catch (error) {
    // Node keeps what it has read of them.
    for (const name of Object.keys(headers)) remove(res, name);
    throw error;
  }
}

/** Takes away all fields that there are. */
export function clearHead(res: ServerResponse): void {
  for (const name of res.getHeaderNames()) remove(res, name);
}

/**
 * HTTP/2 throws for fields of the connection, whoever has given them. Values it sends as they
 * are, and clients end the whole connection for some of them.
 */
function checkForHttp2(res: ServerResponse, headers: NodeHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    const isValid = typeof value === "string" ? isFieldValue(value) : value.every(isFieldValue);
    if (!isValid) {
      throw new TypeError(`Cannot answer: the value of ${name} has a control character`);
    }
  }
  const connection = Object.keys(headers).find((name) => name.toLowerCase() === "connection");
  const listed = connection === undefined ? undefined : `${headers[connection]}`;
  for (const name of connectionHeaders(Object.keys(headers), listed)) delete headers[name];
  for (const name of connectionHeaders(res.getHeaderNames(), listed)) remove(res, name);
}

/** What others have said of the length of a body was not said of this one. */
function leaveFraming(res: ServerResponse, status: number, headers: NodeHeaders): void {
  if (res.getHeader("Content-Length") !== undefined) remove(res, "Content-Length");
  const isWhole = "Content-Length" in headers || status === 204 || status === 304;
  if (isWhole && res.getHeader("Transfer-Encoding") !== undefined) remove(res, "Transfer-Encoding");
}

function remove(res: ServerResponse, name: string): void {
  if (!res.headersSent) res.removeHeader(name);
}
