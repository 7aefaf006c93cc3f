/**
 * The table of all expectations.
 *
 * @module
 */

import { emitters } from "./emitters.ts";
import type { Row } from "./expectation.ts";
import { requests } from "./requests.ts";
import { responses } from "./responses.ts";
import { websockets } from "./websockets.ts";

/** Rows by the probe's name. */
export const expectations: Readonly<Record<string, Row>> = {
  ...responses,
  ...requests,
  ...websockets,
  ...emitters,
};
