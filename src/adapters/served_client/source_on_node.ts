/**
 * The client's source, read from the package's file.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";

/**
 * Of CommonJS; the build puts `import.meta.url` there for ES modules. A bundler that makes
 * CommonJS of those has nothing to put there.
 */
declare const __filename: string | undefined;

/** What browsers load. */
export const source: string = readFileSync(find(), "utf8");

function find(): string {
  try {
    const here = __filename ?? process.argv[1] ?? "";
    return createRequire(here).resolve("sockjs-client/dist/sockjs.min.js");
  } catch (cause) {
    throw new Error(
      "Cannot load sockjs-web/served-client: the package sockjs-client was not found. " +
        "Install it (npm install sockjs-client). In a bundle that runs without node_modules, " +
        "do not import sockjs-web/served-client, but the file itself: import source from " +
        '"sockjs-client/dist/sockjs.min.js" with { type: "text" }, then serveClient: { source }',
      { cause },
    );
  }
}
