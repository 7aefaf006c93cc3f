/**
 * The iframe page: clients load it into a hidden iframe, to reach this origin from a page of
 * another origin (protocol, section 2).
 *
 * @module
 */

import { contentTypes, type ResponseHeaders } from "../http/headers.ts";
import { type Handler, type Route, route } from "../routing/route.ts";
import type { Settings } from "../options/settings.ts";
import { iframePolicy, iframeScript } from "./iframe_policy.ts";
import { cachedPage } from "./cached_page.ts";

/** The settings that the page depends on. */
type IframeSettings = Pick<Settings, "sockjsUrl" | "sockjsIntegrity" | "contentSecurityPolicy">;

/** Makes the page's route. */
export function iframePage(settings: IframeSettings): Route {
  const { sockjsUrl } = settings;
  if (typeof sockjsUrl === "string") return pageOf(sockjsUrl, settings);
  const respond: Handler = async (call) => {
    // A promise that rejects would otherwise end the process.
    const url: unknown = await sockjsUrl();
    return pageOf(String(url), settings).handlers.get(call.request.method)!(call);
  };
  return { ...route({ GET: respond, HEAD: respond }), isPublic: true };
}

function pageOf(sockjsUrl: string, settings: IframeSettings): Route {
  const policy: ResponseHeaders = settings.contentSecurityPolicy
    ? { "Content-Security-Policy": iframePolicy(sockjsUrl) }
    : {};
  return cachedPage(contentTypes.html, iframeHtml(sockjsUrl, settings), policy);
}

function iframeHtml(sockjsUrl: string, { sockjsIntegrity }: IframeSettings): string {
  const integrity = sockjsIntegrity === undefined
    ? ""
    : ` integrity="${escapeHtml(sockjsIntegrity)}" crossorigin="anonymous"`;
  return `<!DOCTYPE html>
<html>
<head>
  <meta http-equiv="X-UA-Compatible" content="IE=edge" />
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
  <script src="${escapeHtml(sockjsUrl)}"${integrity}></script>
  <script>${iframeScript}</script>
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
