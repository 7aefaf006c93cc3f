/**
 * Web-standard responses, sent by Node.
 *
 * @module
 */

import { Readable } from "node:stream";
import { pipeline } from "node:stream";
import type { NodeInfo } from "./info.ts";
import { answered } from "./sink.ts";

/** Sends a response, unless Node was given that answer already. */
export function sendResponse(response: Response, info: NodeInfo): void {
  if (response === answered) return;
  const { status, headers, body } = response;
  const fields: Record<string, string | string[]> = {};
  for (const [name, value] of headers) fields[name] = value;
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) fields["set-cookie"] = cookies;
  const res = info.answer;
  res.writeHead(status, fields);
  if (body === null) res.end();
  // When the client goes away, the body is cancelled.
  else pipeline(Readable.fromWeb(body as never), res as never, () => {});
}
