/**
 * Web-standard responses, sent by Node.
 *
 * @module
 */

import { Answer, isResponse } from "../../http/plain_response.ts";
import { connectionFields } from "./connection_fields.ts";
import { errorAnswer } from "../../http/errors.ts";
import { clearHead, writeHead } from "./head.ts";
import type { NodeInfo } from "./node_info.ts";
import { whenQueued } from "./queued.ts";
import { answered, respond } from "./sink.ts";

/** Sends an answer, unless Node was given it already. */
export function sendResponse(response: Response | Answer, info: NodeInfo): void {
  if (response === answered) return;
  // Of another copy of this package, an answer is no instance of the class either.
  if (response instanceof Answer || !isResponse(response)) return respond(response, info);
  const { res } = info;
  const { status, headers, body } = response;
  // The application may have taken its time, or answered by itself.
  if (info.isGone || res.headersSent) return void body?.cancel().catch(() => {});
  const reader = body?.getReader();
  try {
    writeHead(res, status, fieldsOf(headers));
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
function fieldsOf(headers: Headers): Record<string, string | string[]> {
  const fields = Object.fromEntries<string | string[]>(headers);
  for (const name of connectionFields(headers.keys(), headers.get("Connection"))) {
    delete fields[name];
  }
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) fields["set-cookie"] = cookies;
  return fields;
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
    whenQueued(req, res, gone);
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
    respond(errorAnswer(500, "Internal error"), info);
  } catch {
    info.cutOff();
  }
}
