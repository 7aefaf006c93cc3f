/**
 * The stock client, for pages and for the iframe page.
 *
 * @module
 */

import { contentTypes, type Fields } from "../http/headers.ts";
import type { ClientBuild } from "../options/server_options.ts";
import type { Route } from "../routing/route.ts";
import { keptPage } from "./cached_page.ts";

/**
 * Makes the script's route.
 *
 * @param cors whether pages of other origins may check its `integrity`.
 */
export function clientScript({ source }: ClientBuild, cors: boolean): Route {
  // The same for all origins: nothing in it depends on who asks.
  const fields: Fields = cors ? { "Access-Control-Allow-Origin": "*" } : {};
  return keptPage(contentTypes.script, source, fields);
}
