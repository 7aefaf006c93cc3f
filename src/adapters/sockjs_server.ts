/**
 * What adapters know of a server.
 *
 * @module
 */

/** What is used of a SockJS server: those of all copies and builds of this library fit. */
export interface SockJSServer {
  /** Whether a request with that URL is for the server. */
  matches(url: string): boolean;
  /** Whether a GET of that URL may open a websocket. */
  upgrades(url: string): boolean;
  /** Answers a request. */
  handle(request: Request, info?: unknown): Response | Promise<Response>;
  /** Logs, once, what the application should have written otherwise. */
  warnOnce(message: string): void;
}
