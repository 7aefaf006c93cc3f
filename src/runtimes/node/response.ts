/**
 * Sends a Web `Response` through Node's `ServerResponse`.
 *
 * @module
 */

import { isResponse, PlainResponse } from "../../http/plain_response.ts";
import { errorResponse } from "../../http/errors.ts";
import { alreadySent, type Exchange } from "./exchange.ts";
import { onResponseGone } from "./node_connection.ts";
import { clearHead, connectionHeaders, writeHead } from "./response_head.ts";

/**
 * Sends a response, unless Node has it already.
 *
 * @throws If Node cannot send it.
 */
export function sendResponse(response: Response | PlainResponse, exchange: Exchange): void {
  if (response === alreadySent) return;
  // A plain response of another copy of this package is not an instance of this class.
  if (response instanceof PlainResponse || !isResponse(response)) {
    return exchange.sendPlain(response);
  }
  const { res } = exchange;
  const { status, headers, body } = response;
  // Meanwhile the client may have left, or the application may have responded by itself.
  if (exchange.isGone || res.headersSent) return void body?.cancel().catch(() => {});
  const reader = body?.getReader();
  try {
    writeHead(res, status, headersOf(headers));
  } catch (error) {
    reader?.cancel().catch(() => {});
    throw error;
  }
  // Node would take the whole of a body that it does not send, without ever asking to wait.
  const isSent = reader !== undefined && exchange.req.method !== "HEAD";
  if (isSent) sendBody(reader, exchange);
  else {
    reader?.cancel().catch(() => {});
    res.end();
  }
}

/** All but those of the connection, which Node sets. */
function headersOf(source: Headers): Record<string, string | string[]> {
  const headers = Object.fromEntries<string | string[]>(source);
  for (const name of connectionHeaders(source.keys(), source.get("Connection"))) {
    delete headers[name];
  }
  const cookies = source.getSetCookie();
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  return headers;
}

/** Sends no faster than the client reads. If the body or the response breaks, both are ended. */
async function sendBody(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  exchange: Exchange,
): Promise<void> {
  const { req, res } = exchange;
  let open = true;
  let wake = () => {};
  const gone = () => {
    open = false;
    reader.cancel().catch(() => {});
    wake();
  };
  try {
    onResponseGone(req, res, gone);
    res.on("drain", () => wake());
    while (open) {
      const { done, value } = await reader.read();
      if (done) break;
      if (open && !res.write(value)) await new Promise<void>((resolve) => (wake = resolve));
    }
    if (open) res.end();
  } catch {
    exchange.cutOff();
  }
}

/** Responds with an error, as the response cannot be sent. Does not throw. */
export function sendFailure(exchange: Exchange): void {
  try {
    const { res } = exchange;
    if (res.writableEnded) return;
    // It has begun, and the client must not take its start for the whole.
    if (res.headersSent) return exchange.cutOff();
    // One of the headers that other code has set may be the reason.
    clearHead(res);
    // Node keeps that of the response that failed. HTTP/2 has none.
    if (res.stream === undefined) res.statusMessage = "Internal Server Error";
    exchange.sendPlain(errorResponse(500, "Internal error"));
  } catch {
    exchange.cutOff();
  }
}
