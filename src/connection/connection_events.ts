/**
 * The events of a connection, with what their listeners get.
 *
 * @module
 */

/** How a connection ended; what listeners for `close` get. */
export interface CloseEvent {
  /** The close code, such as 1000, or 1006 if the client vanished. */
  readonly code: number;
  /** The reason that came with the code; may be empty. */
  readonly reason: string;
  /** Whether the connection ended with a close frame. */
  readonly wasClean: boolean;
}

/** The events of a connection, with what their listeners get. */
export interface ConnectionEvents {
  /** A message from the client. */
  data: [message: string];
  /** The same in the shape of a browser's event, as older code expects it. */
  message: [event: { data: string }];
  /** More may be written, after `write` returned false. */
  drain: [];
  /** No more messages will arrive. */
  end: [];
  /** The connection has ended. Fires exactly once. */
  close: [event: CloseEvent];
}
