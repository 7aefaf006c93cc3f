/**
 * The client's source, read from the package's file.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** Of CommonJS; the build puts `import.meta.filename` there for ES modules. */
declare const __filename: string;

/** What browsers load. */
export const source: string = readFileSync(find(), "utf8");

function find(): string {
  try {
    return createRequire(__filename).resolve("sockjs-client/dist/sockjs.min.js");
  } catch (cause) {
    throw new Error(
      "Cannot load sockjs-web/client: it needs sockjs-client beside it (npm install sockjs-client)",
      { cause },
    );
  }
}
