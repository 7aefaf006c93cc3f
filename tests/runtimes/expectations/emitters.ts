/**
 * Expectations of `node:events`.
 *
 * @module
 */

import { onBoth, type Row } from "./expectation.ts";

/** Rows by the probe's name. */
export const emitters: Readonly<Record<string, Row>> = {
  listenerMethods: onBoth(
    "src/connection/connection.ts",
    "once goes through on, and prependOnceListener through prependListener",
    {
      on: "on",
      addListener: "addListener",
      once: "on",
      prependListener: "prependListener",
      prependOnceListener: "prependListener",
    },
  ),
  caughtRejections: {
    place: "src/connection/call_listeners.ts",
    deno: {
      says: "captureRejections loses rejections until somebody imports node:process",
      sees: { alone: false, withProcess: true },
    },
    bun: {
      says: "captureRejections tells of rejections",
      sees: { alone: true, withProcess: true },
    },
  },
};
