/**
 * Web-standard responses, sent by Node.
 *
 * @module
 */

import { pipeline, Readable } from "node:stream";
import { Answer, isResponse } from "../../http/answer.ts";
import { errorAnswer } from "../../http/errors.ts";
import type { NodeInfo } from "./info.ts";
import { answered, respond } from "./sink.ts";

/** Fields of a connection, which are Node's affair. */
const hopByHop = ["connection", "keep-alive", "transfer-encoding", "upgrade"];

/** Sends an answer, unless Node was given it already. */
export function sendResponse(response: Response | Answer, info: NodeInfo): void {
  if (response === answered) return;
  // Of another copy of this package, an answer is no instance of the class either.
  if (response instanceof Answer || !isResponse(response)) return respond(response, info);
  const { req, res } = info;
  const { status, headers, body } = response;
  // The application may have taken its time.
  if ((res.stream ?? req.socket).destroyed) return void body?.cancel().catch(() => {});
  const fields: Record<string, string | string[]> = {};
  for (const [name, value] of headers) if (!hopByHop.includes(name)) fields[name] = value;
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) fields["set-cookie"] = cookies;
  const readable = body && Readable.fromWeb(body as never);
  try {
    res.writeHead(status, fields);
  } catch (error) {
    readable?.destroy();
    throw error;
  }
  if (readable === null) res.end();
  // When one of them breaks, so does the other.
  else pipeline(readable, res as never, () => {});
}

/** Says that there is an answer, which cannot be sent. */
export function sendFailure(info: NodeInfo): void {
  // If it has begun, nobody shall take the start for all of it.
  if (info.res.headersSent) return void info.res.destroy();
  // Node keeps that of the answer which failed; HTTP/2 has none.
  if (info.res.stream === undefined) info.res.statusMessage = "Internal Server Error";
  respond(errorAnswer(500, "Internal error"), info);
}
