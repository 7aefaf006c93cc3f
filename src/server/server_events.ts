/**
 * The events of a server.
 *
 * @module
 */

import type { Connection } from "../connection/connection.ts";

/** The events of a {@linkcode Server}, with what their listeners get. */
export interface ServerEvents<Context = unknown> {
  /** A client connected. */
  connection: [connection: Connection<Context>];
  /** The older name of `connection`; fires right after it. */
  open: [connection: Connection<Context>];
  /**
   * A listener, or a function that was passed as an option, threw or rejected. If nothing listens,
   * the error is logged.
   */
  error: [error: unknown];
  /**
   * Messages that other processes of the cluster published may be missing here, or messages of this
   * one there. Ask for what you need again, or have clients do so.
   */
  gap: [];
}
