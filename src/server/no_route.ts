/**
 * What the log tells of requests that find no route.
 *
 * @module
 */

import type { Settings } from "../options/settings.ts";
import { quoted } from "../protocol/quoted.ts";
import { protocols } from "../protocol/transport_names.ts";
import { isIframeName } from "../routing/router.ts";
import type { Service } from "../routing/call.ts";
import { transports } from "../transports/all.ts";

/** Tells of a path that has no route. It is in the URL from `start` to `end`, the prefix first. */
export function logNoRoute(
  { settings, sessions: { log } }: Service,
  url: string,
  start: number,
  prefixEnd: number,
  end: number,
): void {
  if (log === undefined) return;
  const path = url.slice(prefixEnd, end);
  const off = turnedOff(settings, path);
  if (off === undefined) log.refused("path", () => pathText(url.slice(start, prefixEnd), path));
  else log.refused("off", () => off);
}

/** A path for the log, without the session's id, which must stay secret. */
function pathText(prefix: string, path: string): string {
  const [, server, session, ...rest] = path.split("/", 5);
  return quoted(
    prefix + (session === undefined ? path : ["", server, "<session>", ...rest].join("/")),
  );
}

/** The transport, or the iframe page, that the path would be for if it were on. */
function turnedOff(settings: Settings, path: string): string | undefined {
  const segments = path.split("/", 6);
  if (segments.at(-1) === "") segments.pop();
  const name = segments.at(-1) ?? "";
  const isPage = segments.length === 2;
  if (!isPage && segments.length !== 4) return undefined;
  if (isPage && isIframeName(name)) return settings.iframe ? undefined : "the iframe page";
  const found = protocols.find((protocol) => {
    const { pages = {}, endpoints = {} } = transports[protocol];
    return !settings.transports.has(protocol) && Object.hasOwn(isPage ? pages : endpoints, name);
  });
  return found === undefined ? undefined : `the transport ${found}`;
}
