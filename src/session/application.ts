/**
 * What a session needs from the application.
 *
 * @module
 */

import type { CloseStatus } from "../protocol/close_codes.ts";

/** Takes a session's messages and events on the application's side. */
export interface Application {
  /** What the messages that wait for the application cost. */
  readonly unreadCost: number;
  opened(): void;
  /** Messages came together; those after one with which the session ends are void. */
  received(messages: readonly string[]): void;
  /** More may be written again; see `Session.takeDrain`. */
  drained(): void;
  closed(status: CloseStatus, wasClean: boolean): void;
  /** Drops what is unread. */
  forget(): void;
}
