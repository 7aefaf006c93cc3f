/**
 * Draws a case that has a service made for it.
 *
 * @module
 */

import type { HostName } from "../../../support/hosts.ts";
import { drawBesideCase } from "../beside_case.ts";
import type { DrawCase } from "../case.ts";
import { drawEdgeCase } from "../edge_case.ts";
import { drawHttp2Case } from "../http2_case.ts";
import { drawLifeCase } from "../life_case.ts";

/** Of what there are cases on a host, and how many of a hundred. */
const shares: Readonly<Partial<Record<HostName, readonly (readonly [DrawCase, number])[]>>> = {
  deno: [[drawEdgeCase, 30], [drawLifeCase, 50], [drawHttp2Case, 20]],
  bun: [[drawEdgeCase, 40], [drawLifeCase, 60]],
  // On a busy machine, its `node:http` has answered a send with 200, not 204, once in some thousand
  // cases; why is not known. And it has no HTTP/2 that outlives clients which leave early.
  "deno-node": [[drawLifeCase, 50], [drawBesideCase, 50]],
};
const onNode = [
  [drawEdgeCase, 20],
  [drawLifeCase, 25],
  [drawBesideCase, 30],
  [drawHttp2Case, 25],
] as const;

/** Draws one of any kind that there is on the host. */
export function drawMadeCase(host: HostName): DrawCase {
  const kinds = shares[host] ?? onNode;
  return (random, id) => {
    let roll = random.below(100);
    const [draw = drawLifeCase] = kinds.find(([, share]) => (roll -= share) < 0) ?? [];
    return draw(random, id);
  };
}
