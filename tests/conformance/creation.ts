/**
 * How the conformance server makes its services.
 *
 * @module
 */

import { createServer } from "../../mod.ts";

/** May be replaced before the server program runs. */
export const creation = { createServer };
