/**
 * The open connections of a server, and the events that pass them to the application.
 *
 * @module
 */

import type { FailureHandler } from "../event_loop/guard.ts";
import type { CloseStatus } from "../protocol/close_codes.ts";
import { SharedMessage } from "../protocol/message.ts";
import { maxCostOf } from "../session/send_queue.ts";
import type { Session } from "../session/session.ts";
import type { SessionStore } from "../session/session_store.ts";
import { type AnyEmitter, callListeners } from "./call_listeners.ts";
import type { Connection } from "./connection.ts";
import type { Topics } from "./topics.ts";

/** The connections of a server that are open at the moment. */
export interface Connections<Context = unknown> extends Iterable<Connection<Context>> {
  /** How many there are. */
  readonly size: number;
}

/** Holds each connection with its session, from its opening to its end. */
export class OpenConnections<Context> {
  readonly #server: AnyEmitter;
  readonly #sessions: SessionStore;
  readonly topics: Topics;
  readonly #open = new Map<Connection<Context>, Session>();

  /** @param server emits `connection` and `open`. */
  constructor(server: AnyEmitter, sessions: SessionStore, topics: Topics) {
    this.#server = server;
    this.#sessions = sessions;
    this.topics = topics;
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
    const session = this.#open.get(connection);
    if (session === undefined) return;
    this.#open.delete(connection);
    this.topics.removeAll(session);
    this.#sessions.log?.closed(connection.id, connection.protocol, status, wasClean);
  }

  /** A listener of a connection threw or rejected. */
  report(error: unknown): void {
    this.#sessions.report(error);
  }

  /** Sends a message to all of them, encoded once, and to those of other processes. */
  broadcast(message: string): void {
    const shared = this.#share("broadcast", message);
    this.#deliver(undefined, shared);
    this.topics.relay?.publish(undefined, shared);
  }

  /** Sends a message to all subscribers of a topic but one, encoded once. */
  publish(topic: string, message: string, except?: Session): void {
    this.topics.check("publish", topic);
    const shared = this.#share("publish", message);
    this.topics.publish(topic, shared, except);
    this.topics.relay?.publish(topic, shared);
  }

  /** Takes a message of another process. Returns false if it is too large for any connection here. */
  received(topic: string | undefined, message: SharedMessage): boolean {
    const { maxBufferedBytes } = this.#sessions;
    if (
      mayTakeMore(message.text, maxBufferedBytes) && maxCostOf(message.framed) > maxBufferedBytes
    ) {
      return false;
    }
    this.#deliver(topic, message);
    return true;
  }

  /** Writes a message to the subscribers of a topic in this process; without one, to all. */
  #deliver(topic: string | undefined, message: SharedMessage): void {
    if (topic !== undefined) return this.topics.publish(topic, message);
    for (const session of this.#open.values()) session.writeShared(message);
  }

  #share(method: string, message: string): SharedMessage {
    if (typeof message !== "string") {
      throw new TypeError(`Cannot ${method}: the message must be a string, got ${typeof message}`);
    }
    const shared = new SharedMessage(message);
    const { maxBufferedBytes } = this.#sessions;
    const maxOnBus = this.topics.relay?.maxBytes ?? Infinity;
    // Only a long one has to be encoded here.
    if (!mayTakeMore(message, Math.min(maxBufferedBytes, maxOnBus))) return shared;
    const { bytes } = shared.framed;
    if (maxCostOf(shared.framed) > maxBufferedBytes) {
      throw new RangeError(
        `Cannot ${method}: the message takes ${bytes} bytes, and maxBufferedBytes is ${maxBufferedBytes}`,
      );
    }
    if (bytes > maxOnBus) {
      throw new RangeError(
        `Cannot ${method}: the message takes ${bytes} bytes, and the bus of the cluster takes ${maxOnBus}`,
      );
    }
    return shared;
  }
}

/** Whether a message may take more than so many bytes. A character takes at most six. */
function mayTakeMore(message: string, bytes: number): boolean {
  return message.length * 6 + 256 > bytes;
}
