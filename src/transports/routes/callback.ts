/**
 * The name of a JavaScript function in the page. Clients of htmlfile and jsonp pass it in the query
 * (protocol, section 6).
 *
 * @module
 */

import type { Framing } from "../transport.ts";

const maxLength = 32;

/** Makes the framing for the callback in a URL, or an error if there can be none. */
export function withCallback(
  url: string,
  framing: (callback: string) => Framing,
): Framing | string {
  const mark = url.indexOf("?");
  const query = new URLSearchParams(mark < 0 ? "" : url.slice(mark + 1));
  // The page's own query comes first, so the last is the client's.
  const callback = query.getAll("c").at(-1) ?? query.getAll("callback").at(-1);
  if (callback === undefined || callback === "") {
    return '"callback" parameter required';
  }
  const valid = callback.length <= maxLength && /^[a-zA-Z0-9\-_.]+$/.test(callback);
  return valid ? framing(callback) : 'invalid "callback" parameter';
}
