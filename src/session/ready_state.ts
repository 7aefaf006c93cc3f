/**
 * The states of a session and of its connection.
 *
 * @module
 */

/** As in WebSocket: connecting, open, closing, closed. */
export type ReadyState = 0 | 1 | 2 | 3;

/** The client has not got its open frame yet. */
export const CONNECTING = 0;
/** Messages go both ways. */
export const OPEN = 1;
/** What was written before the close goes out. */
export const CLOSING = 2;
/** All is over. */
export const CLOSED = 3;
