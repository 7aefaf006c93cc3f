/**
 * The status and headers of a response, for Node.
 *
 * @module
 */

import { checkStatus } from "../../http/plain_response.ts";
import { isFieldValue } from "../../http/cookies.ts";
import type { ServerResponse } from "./types.ts";

/** Headers as Node takes them. */
type NodeHeaders = Record<string, string | string[]>;

/**
 * Begins a response. Headers that other code has set are sent, too.
 *
 * @throws If Node cannot send it, or other code has begun to. Then nothing is sent, and none of
 * these headers stays in the response.
 */
export function writeHead(res: ServerResponse, status: number, headers: NodeHeaders): void {
  checkStatus(status);
  if (res.headersSent) {
    throw new Error("Cannot respond: the head of another response has already been sent");
  }
  try {
    if (res.stream !== undefined) checkForHttp2(res, headers);
    removeFraming(res, status, headers);
    res.writeHead(status, headers);
  } catch (error) {
    // Node keeps those that it has read before it threw.
    for (const name of Object.keys(headers)) remove(res, name);
    throw error;
  }
}

/** Removes all headers. */
export function clearHead(res: ServerResponse): void {
  for (const name of res.getHeaderNames()) remove(res, name);
}

/**
 * Removes what Node's HTTP/2 does not take: headers of the connection, those of other code
 * included. It sends control characters, for which clients end the whole connection.
 */
function checkForHttp2(res: ServerResponse, headers: NodeHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    const isValid = typeof value === "string" ? isFieldValue(value) : value.every(isFieldValue);
    if (!isValid) {
      throw new TypeError(`Cannot respond: the value of ${name} has a control character`);
    }
  }
  const connection = Object.keys(headers).find((name) => name.toLowerCase() === "connection");
  const listed = connection === undefined ? undefined : `${headers[connection]}`;
  for (const name of connectionHeaders(Object.keys(headers), listed)) delete headers[name];
  for (const name of connectionHeaders(res.getHeaderNames(), listed)) remove(res, name);
}

/** Removes headers of other code about the length of a body: this is another body. */
function removeFraming(res: ServerResponse, status: number, headers: NodeHeaders): void {
  if (res.getHeader("Content-Length") !== undefined) remove(res, "Content-Length");
  const isWhole = "Content-Length" in headers || status === 204 || status === 304;
  if (isWhole && res.getHeader("Transfer-Encoding") !== undefined) remove(res, "Transfer-Encoding");
}

function remove(res: ServerResponse, name: string): void {
  if (!res.headersSent) res.removeHeader(name);
}

/** RFC 9110, section 7.6.1, and RFC 9113, section 8.2.2: HTTP/2 has none of them. */
const always: ReadonlySet<string> = new Set([
  "connection",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Finds the names of headers that are about the connection, not about the response.
 *
 * @param connection The header `Connection`, which lists further ones.
 */
export function connectionHeaders(
  names: Iterable<string>,
  connection: string | null | undefined,
): string[] {
  const listed = (connection ?? "").toLowerCase().split(",").map((name) => name.trim());
  return [...names].filter((name) => {
    const lowerCase = name.toLowerCase();
    return always.has(lowerCase) || (lowerCase !== "" && listed.includes(lowerCase));
  });
}
