/**
 * The page that clients load into a hidden iframe, to talk to this origin from a
 * page of another (protocol, section 2).
 *
 * @module
 */

import { Answer } from "../http/answer.ts";
import { cacheForAYear, contentTypes, type Fields } from "../http/headers.ts";
import { type Route, route } from "../route.ts";
import type { Call } from "../service.ts";

/** Whether a segment names the page; clients put versions and the like into it. */
export function isIframeName(segment: string): boolean {
  return /^iframe[0-9a-z\-._]*\.html$/.test(segment);
}

/** Makes the page's route, with the client from that URL. */
export function iframePage(sockjsUrl: string): Route {
  const html = iframeHtml(sockjsUrl);
  const tag = entityTag(new TextEncoder().encode(html));
  const answer = (call: Call) => {
    const fields: Fields = { ETag: tag };
    cacheForAYear(fields);
    if (matches(call.request.headers.get("If-None-Match"), tag)) {
      return new Answer(304, fields, null);
    }
    fields["Content-Type"] = contentTypes.html;
    return new Answer(200, fields, html);
  };
  return route({ GET: answer, HEAD: answer });
}

function iframeHtml(sockjsUrl: string): string {
  return `<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script src="${escapeHtml(sockjsUrl)}"></script>
  <script>
    document.domain = document.domain;
    SockJS.bootstrap_iframe();
  </script>
</head>
<body>
  <h2>Don't panic!</h2>
  <p>This is a SockJS hidden iframe. It's used for cross domain magic.</p>
</body>
</html>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** FNV-1a, 32 bits, with the length: it has to differ between versions, no more. */
function entityTag(bytes: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return `"${bytes.byteLength.toString(16)}-${hash.toString(16)}"`;
}

/** The weak comparison of RFC 9110, section 13.1.2. */
function matches(ifNoneMatch: string | null, tag: string): boolean {
  if (ifNoneMatch === null) return false;
  return ifNoneMatch.split(",").some((candidate) => {
    const trimmed = candidate.trim();
    return trimmed === "*" || trimmed.replace(/^W\//, "") === tag;
  });
}
