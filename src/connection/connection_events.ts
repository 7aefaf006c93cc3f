/**
 * The events of a connection, with what their listeners get.
 *
 * @module
 */

/** How a connection ended; what listeners for `close` get. */
export interface CloseEvent {
  /** The close code, such as 1000, or 1006 when the client just vanished. */
  readonly code: number;
  /** The reason given with it. */
  readonly reason: string;
  /** Whether the end was agreed on, by a close frame. */
  readonly wasClean: boolean;
}

/** The events of a connection, with what their listeners get. */
export interface ConnectionEvents {
  /** A message from the client. */
  data: [message: string];
  /** The same in the shape of a browser's event, as older code expects it. */
  message: [event: { data: string }];
  /** More may be written, after `write` said false. */
  drain: [];
  /** No more messages will come. */
  end: [];
  /** The connection is over. Fires exactly once. */
  close: [event: CloseEvent];
}
