/**
 * What a session of a visitor is to do, and what it needs for that.
 *
 * @module
 */

import type { HttpTransport } from "../soak/http_transports.ts";
import type { Random } from "../soak/messages.ts";
import type { Member, Members } from "./members.ts";
import type { ClusterTally } from "./tally.ts";
import type { Visit } from "./visit.ts";

/** What a session is to do. */
export interface Life {
  readonly transport: HttpTransport;
  /** In ms. */
  readonly length: number;
  /**
   * The first two wait until all messages have arrived; the third cuts its receiving request, and the
   * last one asks for no more messages.
   */
  readonly end: "leaves" | "is closed" | "aborts" | "vanishes";
  /** Whether it takes a break between two polls. */
  readonly pauses: boolean;
  /** Whether it sends nothing until its end, so that only its receiving request can tell it anything. */
  readonly listens: boolean;
  /** Who had the former sessions of its id, if there were any: their end may be told first. */
  readonly formerOwners: readonly Member[] | undefined;
  /** Where requests of those sessions were cut: a member that is frozen reads them when it goes on. */
  readonly formerCarriers: readonly Member[];
}

/** What visits have in common. */
export interface Scene {
  readonly members: Members;
  readonly random: Random;
  readonly tally: ClusterTally;
  /** Whether all shall leave. */
  readonly isOver: boolean;
  /** A visit has learned which connection it has. */
  welcomed(visit: Visit, connection: string): void;
}
