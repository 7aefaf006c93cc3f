/**
 * The part of a server that adapters use.
 *
 * @module
 */

/** A SockJS server, from this or another copy of this library. */
export interface SockJSServer {
  /** Whether a request with that URL is for the server. */
  matches(url: string): boolean;
  /** Whether a GET of that URL may open a websocket. */
  upgrades(url: string): boolean;
  /** Handles a request. */
  handle(request: Request, info?: unknown): Response | Promise<Response>;
  /** Logs a mistake in the application's setup, once. */
  warnOnce(message: string): void;
}
