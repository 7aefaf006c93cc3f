/**
 * Web-standard responses, sent by Node.
 *
 * @module
 */

import { isResponse, PlainResponse } from "../../http/plain_response.ts";
import { connectionHeaders } from "./connection_headers.ts";
import { errorResponse } from "../../http/errors.ts";
import { clearHead, writeHead } from "./head.ts";
import type { NodeInfo } from "./node_info.ts";
import { onPipelinedClose } from "./pipelined_close.ts";
import { alreadySent, respond } from "./sink.ts";

/** Sends an answer, unless Node was given it already. */
export function sendResponse(response: Response | PlainResponse, info: NodeInfo): void {
  if (response === alreadySent) return;
  // Of another copy of this package, an answer is no instance of the class either.
  if (response instanceof PlainResponse || !isResponse(response)) return respond(response, info);
  const { res } = info;
  const { status, headers, body } = response;
  // The application may have taken its time, or answered by itself.
  if (info.isGone || res.headersSent) return void body?.cancel().catch(() => {});
  const reader = body?.getReader();
  try {
    writeHead(res, status, headersOf(headers));
  } catch (error) {
    reader?.cancel().catch(() => {});
    throw error;
  }
  // Node would take all of a body that it does not send, without ever asking to wait.
  const isSent = reader !== undefined && info.req.method !== "HEAD";
  if (isSent) sendBody(reader, info);
  else {
    reader?.cancel().catch(() => {});
    res.end();
  }
}

/** Those of the connection are Node's affair. */
function headersOf(source: Headers): Record<string, string | string[]> {
  const headers = Object.fromEntries<string | string[]>(source);
  for (const name of connectionHeaders(source.keys(), source.get("Connection"))) {
    delete headers[name];
  }
  const cookies = source.getSetCookie();
  if (cookies.length > 0) headers["set-cookie"] = cookies;
  return headers;
}

/** No faster than it is read. When one of them breaks, so does the other. */
async function sendBody(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  info: NodeInfo,
): Promise<void> {
  const { req, res } = info;
  let open = true;
  let wake = () => {};
  const gone = () => {
    open = false;
    reader.cancel().catch(() => {});
    wake();
  };
  try {
    res.on("close", gone);
    res.on("drain", () => wake());
    onPipelinedClose(req, res, gone);
    while (open) {
      const { done, value } = await reader.read();
      if (done) break;
      if (open && !res.write(value)) await new Promise<void>((resolve) => (wake = resolve));
    }
    if (open) res.end();
  } catch {
    info.cutOff();
  }
}

/** Says that there is an answer, which cannot be sent. Nobody is left to hear of an error here. */
export function sendFailure(info: NodeInfo): void {
  try {
    const { res } = info;
    if (res.writableEnded) return;
    // If it has begun, nobody shall take the start for all of it.
    if (res.headersSent) return info.cutOff();
    // It may be one of theirs that cannot be sent.
    clearHead(res);
    // Node keeps that of the answer which failed; HTTP/2 has none.
    if (res.stream === undefined) res.statusMessage = "Internal Server Error";
    respond(errorResponse(500, "Internal error"), info);
  } catch {
    info.cutOff();
  }
}
