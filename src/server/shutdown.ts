/**
 * Closes a server: all its sessions, then what is left of their connections.
 *
 * @module
 */

import { closeStatus, goingAway } from "../protocol/close_codes.ts";
import { guarded } from "../event_loop/guard.ts";
import type { SessionStore } from "../session/session_store.ts";
import { TimeoutEntry, Timeouts } from "../event_loop/timeouts.ts";

/** How a server is closed. */
export interface CloseOptions {
  /**
   * Milliseconds after the last close frame until connections that are still open are cut off.
   *
   * @default {10000}
   */
  timeout?: number | undefined;
  /**
   * The close code for all connections.
   *
   * @default {1001}
   */
  code?: number | undefined;
  /**
   * The close reason for all connections.
   *
   * @default {"Server is shutting down"}
   */
  reason?: string | undefined;
  /**
   * Milliseconds over which the close frames are spread, so that clients do not all come back
   * in the same second.
   *
   * @default {0}
   */
  spread?: number | undefined;
}

/** The option `timeout`, if it is not given. */
export const defaultTimeout = 10_000;
/** How often some of the sessions are closed, ms. */
const step = 20;

/** The end of the time that clients have. */
class Deadline extends TimeoutEntry {
  readonly #end: () => void;

  constructor(end: () => void) {
    super();
    this.#end = end;
  }

  override timedOut(): void {
    this.#end();
  }

  override failed(): void {
    // Sessions and connections deal with errors of their own.
  }
}

/**
 * Closes all sessions.
 *
 * @returns Settles when they and their connections are gone, or destroyed.
 */
export function shutDown(sessions: SessionStore, options: CloseOptions): Promise<void> {
  const { timeout = defaultTimeout, spread = 0, code = goingAway.code } = options;
  for (const [name, ms] of Object.entries({ timeout, spread })) {
    if (!(typeof ms === "number" && ms >= 0 && ms < 2 ** 30)) {
      throw new RangeError(
        `Cannot close: ${name} must be at least 0 and less than 2^30 ms, got ${ms}`,
      );
    }
  }
  const status = closeStatus(code, options.reason ?? goingAway.reason);
  sessions.closing = status;
  return new Promise((resolve) => {
    const pending = [...sessions];
    const begun = performance.now();
    const { length } = pending;

    const close = (count: number) => {
      while (length - pending.length < count) {
        const session = pending.pop()!;
        guarded(session, () => session.close(status), undefined);
      }
      if (pending.length === 0) clearInterval(closing);
    };
    const closeSome = () => {
      const share = spread === 0 ? 1 : Math.min(1, (performance.now() - begun) / spread);
      close(Math.ceil(length * share));
    };
    const finish = () => {
      close(length);
      deadline.timeouts?.remove(deadline);
      sessions.changed = undefined;
      // Sessions that linger would keep the process alive.
      for (const session of [...sessions]) {
        guarded(session, session.flush, undefined);
        guarded(session, session.destroy, undefined);
      }
      sessions.closingConnections.destroyAll();
      resolve();
    };
    const finishIfAllGone = () => {
      if (sessions.open === 0 && sessions.closingConnections.size === 0) finish();
    };

    const closing = setInterval(closeSome, step);
    const deadline = new Deadline(finish);
    new Timeouts(spread + timeout).add(deadline);
    sessions.changed = finishIfAllGone;
    closeSome();
    finishIfAllGone();
  });
}
