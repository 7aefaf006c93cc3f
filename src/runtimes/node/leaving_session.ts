/**
 * HTTP/2 sessions whose clients have announced by GOAWAY that they leave.
 *
 * Node lets their open responses end, and then closes the session. If the client breaks the
 * protocol meanwhile, Node stops reading and sending, reports nothing, and ignores the idle timeout.
 * The session and its socket would stay for ever (Node 20.20, 22.23 and 24.21).
 *
 * @module
 */

import { closesInRead, deferClose, isRealNode } from "./internals.ts";
import type { Http2Session, SessionEmitter } from "./types.ts";

/** How long a client may take to acknowledge our settings, and how often it is asked, ms. */
const interval = 60_000;

const watched = new WeakSet<Http2Session>();

const onSession = deferClose as () => void;

/** Has later sessions of a server close after they have read a GOAWAY, where that is needed. */
export function deferCloses(server: SessionEmitter): void {
  if (!closesInRead || server.listeners("session").includes(onSession)) return;
  server.on("session", onSession);
}

/** Undoes that. */
export function restoreCloses(server: SessionEmitter): void {
  server.removeListener("session", onSession);
}

/** Ends a session whose client has announced that it leaves, once that client is gone. */
export function watchSession(session: Http2Session | undefined): void {
  if (session === undefined || !isRealNode || watched.has(session)) return;
  watched.add(session);
  // A server on which nothing is installed is seen here for the first time.
  if (session.server !== undefined) deferCloses(session.server);
  const begin = () => new LeavingSession(session);
  // Other code may have kept the request until the announcement had come.
  if (session.closed) begin();
  else session.once("goaway", begin);
}

/**
 * Sends settings that change nothing, again and again. A client has to acknowledge them, also while
 * it only waits for responses. If one does not, the session is destroyed.
 */
export class LeavingSession {
  readonly #session: Http2Session;
  #isAlive = true;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #acknowledged = () => {
    this.#isAlive = true;
  };

  constructor(session: Http2Session) {
    this.#session = session;
    session.once("close", () => clearTimeout(this.#timer));
    this.#wait();
  }

  #wait(): void {
    this.#timer = setTimeout(() => this.#check(), interval);
  }

  #check(): void {
    const session = this.#session;
    if (session.destroyed) return;
    if (!this.#isAlive) return session.destroy();
    this.#isAlive = false;
    try {
      session.settings({}, this.#acknowledged);
    } catch {
      // Too many settings wait for this client: nothing may be thrown in a timer.
      return session.destroy();
    }
    this.#wait();
  }
}
