/**
 * The stock client, for pages and for the iframe page.
 *
 * @module
 */

import { contentTypes, type ResponseHeaders } from "../http/headers.ts";
import type { ClientBuild } from "../options/server_options.ts";
import type { Route } from "../routing/route.ts";
import { cachedPage } from "./cached_page.ts";

/**
 * Makes the script's route.
 *
 * @param cors whether pages of other origins may check its `integrity`.
 */
export function clientScript({ source }: ClientBuild, cors: boolean): Route {
  // The same for all origins: nothing in it depends on who asks.
  const headers: ResponseHeaders = cors ? { "Access-Control-Allow-Origin": "*" } : {};
  return cachedPage(contentTypes.script, source, headers);
}
