/**
 * Time-outs of connections, which would cut off answers that wait: heartbeats may be
 * the only thing to be heard for a while.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse, TimedOut } from "./types.ts";

/** Connections on which answers wait, with the time-out that they have otherwise. */
const suspended = new WeakMap<TimedOut, { readonly timeout: number; waiting: number }>();

/** A connection's time-out, not heeded as long as one of its answers waits. */
export class IdleTimeoutSuspension {
  #connection: TimedOut | undefined;

  constructor(req: IncomingMessage, res: ServerResponse) {
    const connection = res.stream?.session ?? req.socket;
    if (connection === null) return;
    const others = suspended.get(connection);
    if (others !== undefined) others.waiting++;
    else {
      const { timeout } = connection;
      if (!timeout) return;
      suspended.set(connection, { timeout, waiting: 1 });
      connection.setTimeout(0);
    }
    this.#connection = connection;
  }

  /** This answer waits no more. */
  end(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    const others = connection && suspended.get(connection);
    if (connection === undefined || others === undefined || --others.waiting > 0) return;
    suspended.delete(connection);
    connection.setTimeout(others.timeout);
  }
}
