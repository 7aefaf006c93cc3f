/**
 * Draws a case of any kind.
 *
 * @module
 */

import type { DrawCase } from "./case.ts";
import { drawHttpCase } from "./http_case.ts";
import { drawSessionCase } from "./session_case.ts";
import { drawWebSocketCase } from "./websocket_case.ts";

/** Draws one of any kind. */
export const drawCase: DrawCase = (random, id) => {
  const roll = random.roll();
  if (roll < 0.7) return drawHttpCase(random, id);
  return roll < 0.85 ? drawSessionCase(random, id) : drawWebSocketCase(random, id);
};
