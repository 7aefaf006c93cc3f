/**
 * Serves the stock client to pages and to the iframe page.
 *
 * @module
 */

import { contentTypes, type ResponseHeaders } from "../http/headers.ts";
import type { ClientBuild } from "../options/option_functions.ts";
import type { Route } from "../routing/route.ts";
import { cachedPage } from "./cached_page.ts";

/**
 * Makes the script's route.
 *
 * @param cors whether pages of other origins may check its `integrity`.
 */
export function clientScript({ source }: ClientBuild, cors: boolean): Route {
  // Any origin may read it: the script does not depend on the request.
  const headers: ResponseHeaders = cors ? { "Access-Control-Allow-Origin": "*" } : {};
  return cachedPage(contentTypes.script, source, headers);
}
