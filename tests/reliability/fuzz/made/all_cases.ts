/**
 * Cases that have services made for them.
 *
 * @module
 */

import type { DrawCase } from "../case.ts";
import { drawEdgeCase } from "../edge_case.ts";
import { drawLifeCase } from "../life_case.ts";

/** Draws one of any kind. */
export const drawMadeCase: DrawCase = (dice, id) =>
  dice.chance(0.3) ? drawEdgeCase(dice, id) : drawLifeCase(dice, id);
