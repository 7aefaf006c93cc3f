/**
 * The open connections of a server, and the events that pass them to the application.
 *
 * @module
 */

import type { FailureHandler } from "../event_loop/guard.ts";
import type { CloseStatus } from "../protocol/close_codes.ts";
import { Message } from "../protocol/message.ts";
import { maxCostOf } from "../session/send_queue.ts";
import type { Session } from "../session/session.ts";
import type { SessionStore } from "../session/session_store.ts";
import { type AnyEmitter, callListeners } from "./call_listeners.ts";
import type { Connection } from "./connection.ts";

/** The connections of a server that are open at the moment. */
export interface Connections<Context = unknown> extends Iterable<Connection<Context>> {
  /** How many there are. */
  readonly size: number;
}

/** Holds each connection with its session, from its opening to its end. */
export class OpenConnections<Context> {
  readonly #server: AnyEmitter;
  readonly #sessions: SessionStore;
  readonly #open = new Map<Connection<Context>, Session>();

  /** @param server emits `connection` and `open`. */
  constructor(server: AnyEmitter, sessions: SessionStore) {
    this.#server = server;
    this.#sessions = sessions;
  }

  /** What the application sees of them. */
  get list(): Connections<Context> {
    const open = this.#open;
    return {
      get size() {
        return open.size;
      },
      [Symbol.iterator]: () => open.keys(),
    };
  }

  /** Hands a connection to the application; the handler takes errors of its listeners. */
  opened(connection: Connection<Context>, session: Session, handler: FailureHandler): void {
    const { closing } = this.#sessions;
    // The server began to close while the session was opening.
    if (closing !== undefined) return session.close(closing);
    this.#open.set(connection, session);
    this.#sessions.log?.opened(connection.id, connection.protocol);
    callListeners(this.#server, "connection", connection, handler);
    callListeners(this.#server, "open", connection, handler);
  }

  /** The connection has ended. */
  closed(connection: Connection<Context>, status: CloseStatus, wasClean: boolean): void {
    if (!this.#open.delete(connection)) return;
    this.#sessions.log?.closed(connection.id, connection.protocol, status, wasClean);
  }

  /** A listener of a connection threw or rejected. */
  report(error: unknown): void {
    this.#sessions.report(error);
  }

  /** Writes a message to all of them, encoded once. */
  broadcast(message: string): void {
    if (typeof message !== "string") {
      throw new TypeError(`Cannot broadcast: the message must be a string, got ${typeof message}`);
    }
    const encoded = Message.encoded(message);
    const { maxBufferedBytes } = this.#sessions;
    if (maxCostOf(encoded) > maxBufferedBytes) {
      throw new RangeError(
        `Cannot broadcast: the message takes ${encoded.bytes} bytes, and maxBufferedBytes is ${maxBufferedBytes}`,
      );
    }
    for (const session of this.#open.values()) session.write(message, encoded);
  }
}
