/**
 * What carrying needs of its server.
 *
 * @module
 */

import type { Service } from "../routing/call.ts";

/** The times and limits of carrying. */
export interface CarryingSettings {
  /** Milliseconds in which an owner has to answer first. */
  readonly answerTimeout: number;
  /** Milliseconds without a sign of life after which another server counts as gone. */
  readonly peerTimeout: number;
  /** How many requests may be carried at a time. */
  readonly maxCarried: number;
}

/** What it needs of its server. */
export interface CarryingHost {
  readonly service: Service;
  /** Something that an operator should know. */
  warnOnce(message: string): void;
  busFailed(call: string, error: unknown): void;
  failed(error: unknown): void;
}
