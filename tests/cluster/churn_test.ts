/**
 * Members of a local bus agree after a minute of disturbances.
 *
 * @module
 */

import { churn } from "./churn.ts";

const seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 1e9));

Deno.test(`members agree after others were killed, frozen and started (seed ${seed})`, () =>
  churn(seed, 60_000));
