/**
 * The routes that a server has under its prefix.
 *
 * @module
 */

import { greeting } from "../pages/greeting.ts";
import { clientScript } from "../pages/client.ts";
import { iframePage } from "../pages/iframe.ts";
import { info } from "../pages/info.ts";
import type { Route } from "../routing/route.ts";
import type { Routes } from "../routing/router.ts";
import { clientName, type Settings } from "../options/settings.ts";
import { transports } from "../transports/all.ts";

/** The pages, and the paths of the transports that are on. */
export function createRoutes(settings: Settings): Routes {
  const pages = new Map<string, Route>([["info", info]]);
  const endpoints = new Map<string, Route>();
  for (const protocol of settings.transports) {
    const transport = transports[protocol];
    for (const [name, route] of Object.entries(transport.pages ?? {})) pages.set(name, route);
    for (const [name, route] of Object.entries(transport.endpoints ?? {})) {
      endpoints.set(name, route);
    }
  }
  const { serveClient, disableCors } = settings;
  if (serveClient !== undefined) pages.set(clientName, clientScript(serveClient, !disableCors));
  const iframe = settings.iframe ? iframePage(settings) : undefined;
  return { greeting, iframe, pages, endpoints };
}
