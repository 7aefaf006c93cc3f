/** Counters of all sessions of a soak. */
export class Tally {
  opened = 0;
  /** How the sessions ended. */
  readonly ends: Record<string, number> = {};
  heartbeats = 0;
  /** To the server. */
  sent = 0;
  /** Those of `sent` that came back. */
  echoes = 0;
  /** The server's own. */
  pushes = 0;
  lost = 0;
  repeated = 0;
  late = 0;
  /** Came back as something else. */
  altered = 0;
  /** Sessions that ended otherwise than they should have. */
  broken = 0;
  /** Ends that the server reported of unknown or ended sessions. */
  strange = 0;
  /** The first of what went wrong, in words. */
  readonly faults: string[] = [];

  /** Records what went wrong. */
  addFault(fault: string): void {
    if (this.faults.length < 50) this.faults.push(fault);
  }
}
