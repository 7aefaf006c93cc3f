/**
 * The stock client, as the npm package `sockjs-client` has it, for the option
 * `serveClient`. The page and the iframe page get the same version, from the server itself.
 *
 * With npm, install the package `sockjs-client` as well: `npm install sockjs-client`.
 *
 * @example
 * ```ts
 * import { createServer } from "@sockjs/web";
 * import { client } from "@sockjs/web/served-client";
 *
 * const echo = createServer({ prefix: "/echo", serveClient: client });
 * ```
 *
 * @example In the page
 * ```html
 * <script src="/echo/sockjs.min.js"></script>
 * ```
 *
 * @module
 */

import { createHash } from "node:crypto";
import type { ClientBuild } from "../options/option_functions.ts";
import { source } from "./served_client/source.ts";

export type { ClientBuild };

/** The client, with its hash and version. */
export interface Client extends ClientBuild {
  /** As in {@linkcode ClientBuild}, of SHA-384. */
  readonly integrity: string;
  /** Such as `"1.6.1"`. */
  readonly version: string;
}

/** The minified client of the package `sockjs-client` that is installed. */
export const client: Client = {
  source,
  integrity: `sha384-${createHash("sha384").update(source).digest("base64")}`,
  version: /^\/\* sockjs-client v(\S+)/.exec(source)?.[1] ?? "unknown",
};
