/**
 * What a soak of a cluster counts.
 *
 * @module
 */

import { Tally } from "../soak/tally.ts";

/** Adds what only clusters have. */
export class ClusterTally extends Tally {
  /** How sessions ended otherwise than their clients wanted: `1002`, `503`, ... */
  readonly told: Record<string, number> = {};
  /** The longest ms until a client was told whose owner was gone or frozen. */
  longestTold = 0;
  /** The longest ms in which a request got no sign of life from a member that could have given one. */
  longestSilence = 0;
  /** Connections that no client knows, for their opening was cut off. */
  unseen = 0;
  /** Messages that reached another connection than that which they were sent to. */
  foreign = 0;

  /**
   * Sessions of clients that came again, while a frozen member still had a former one of that id: some
   * of their messages belong to that. The stock client never comes again with an id.
   */
  mixedUp = 0;

  /** What ledgers add to. */
  get ofLedgers(): readonly [lost: number, repeated: number, late: number, altered: number] {
    return [this.lost, this.repeated, this.late, this.altered];
  }

  set ofLedgers(counts) {
    [this.lost, this.repeated, this.late, this.altered] = counts;
  }

  /** Records that a client was told. */
  addTold(how: string): void {
    this.told[how] = (this.told[how] ?? 0) + 1;
  }
}
