/**
 * The states of sessions, of their connections, and of websockets.
 *
 * @module
 */

/** The numbers that WebSocket has for connecting, open, closing and closed. */
export type ReadyState = 0 | 1 | 2 | 3;

/** The client has not got its open frame yet. */
export const CONNECTING = 0;
/** Messages go both ways. */
export const OPEN = 1;
/** What was written before the close goes out. */
export const CLOSING = 2;
/** Nothing goes either way any more. */
export const CLOSED = 3;
