/**
 * All sessions of one server, including ended ones that are kept for a while.
 *
 * @module
 */

import type { CloseStatus } from "../protocol/close_codes.ts";
import { keyOf } from "../protocol/map_key.ts";
import type { Unavailable } from "./refusals.ts";
import type { ServerLog } from "./server_log.ts";
import type { Session } from "./session.ts";
import { type ClosingConnection, ClosingConnections } from "./closing_connections.ts";
import { BufferBudget, type BufferOwner } from "./buffer_budget.ts";
import { Timeouts } from "../event_loop/timeouts.ts";

/** Settings of a server that concern its sessions: delays in ms, sizes in bytes. */
export type SessionLimits = Readonly<
  Record<
    | "heartbeatDelay"
    | "heartbeatTimeout"
    | "disconnectDelay"
    | "responseTimeLimit"
    | "highWaterMark"
    | "maxBufferedBytes"
    | "maxTotalBufferedBytes"
    | "maxSessions"
    | "maxMessageSize",
    number
  >
>;

/** Bytes that a connection may hold before we look at it. */
const maxDrainThreshold = 16 * 1024;

/** Bytes of unread messages that a connection may have in any case. */
const leastUnread = 1024 * 1024;

/** Holds all sessions, and what they share. Finds them by the id in the URL; websockets have none. */
export class SessionStore {
  /** Sessions with a receiver, until their next heartbeat. */
  readonly heartbeatTimeouts: Timeouts;
  /** Sessions whose client was asked for a sign of life, until it counts as dead. */
  readonly pongTimeouts: Timeouts;
  /** Sessions without a receiver, or closed, until their end. */
  readonly disconnectTimeouts: Timeouts;
  /** Buffered bytes above which `write` asks to wait. */
  readonly highWaterMark: number;
  /** Buffered bytes above which the client counts as a slow consumer. */
  readonly maxBufferedBytes: number;
  /** What unread messages may cost before the next one. A long payload, which costs more, may wait. */
  readonly maxUnread: number;
  /** What all of them hold. */
  readonly bufferBudget: BufferBudget;
  readonly #maxSessions: number;
  readonly #all = new Set<Session>();
  /** By `keyOf` their ids. */
  readonly #byId = new Map<string, Session>();
  /** Connections that have their last frame and are not gone yet. */
  readonly closingConnections: ClosingConnections;
  /** Ended sessions whose messages the application is still reading. */
  readonly #endedUnread = new Set<Session>();
  /** What the server is being closed with, if it is. */
  closing: CloseStatus | undefined;
  /** Whether `/info` turns clients away, so that load balancers send them elsewhere. */
  isDraining = false;
  /** How many have not had their end yet. */
  open = 0;
  /** Tells of refusals and connections; absent if the option `log` is not given. */
  log: ServerLog | undefined;
  /** Takes errors that have no caller. */
  report: (error: unknown) => void = () => {};
  /** Called when a session or a connection has ended. */
  changed: (() => void) | undefined;
  /** Called when the id of a session is free again. Only where other processes know of it. */
  freed: ((session: Session) => void) | undefined;
  /** Bodies of sends, and responses, of sessions of other processes. */
  readonly carried: Set<BufferOwner> = new Set();

  constructor(limits: SessionLimits) {
    this.heartbeatTimeouts = new Timeouts(limits.heartbeatDelay);
    this.pongTimeouts = new Timeouts(limits.heartbeatTimeout);
    this.disconnectTimeouts = new Timeouts(limits.disconnectDelay);
    this.highWaterMark = limits.highWaterMark;
    this.maxBufferedBytes = limits.maxBufferedBytes;
    this.maxUnread = leastUnread + 2 * Math.max(0, limits.maxMessageSize - leastUnread);
    const endDelay = limits.heartbeatDelay + limits.heartbeatTimeout;
    this.closingConnections = new ClosingConnections(endDelay, limits.responseTimeLimit);
    const owners = [this.#all, this.closingConnections, this.#endedUnread, this.carried];
    this.bufferBudget = new BufferBudget(limits.maxTotalBufferedBytes, owners, this);
    this.#maxSessions = limits.maxSessions;
  }

  /** Bytes in a connection above which the runtime reports when they have left. */
  get drainThreshold(): number {
    // Of so many characters, none is longer than the mark in bytes.
    return Math.min(maxDrainThreshold, this.highWaterMark / 4);
  }

  /**
   * Counts what waits in a connection once it exceeds the threshold: only then does the runtime
   * report its sending. Returns the count, which is `counted` the next time.
   */
  recount(counted: number, waiting: number): number {
    const bytes = waiting > this.drainThreshold ? waiting : 0;
    if (bytes !== counted) this.bufferBudget.change(bytes - counted);
    return bytes;
  }

  /** How many there are, those that linger included. */
  get size(): number {
    return this.#all.size;
  }

  /** Why none may be opened now, for a 503. */
  get refusal(): Unavailable | undefined {
    return this.#unavailable ??
      (this.#all.size < this.#maxSessions ? undefined : "Too many sessions");
  }

  /** Why `/info` turns clients away, for its 503. While the server drains, sessions still open. */
  get turnedAway(): Unavailable | undefined {
    return this.#unavailable ?? (this.isDraining ? "Server is draining" : undefined);
  }

  get #unavailable(): Unavailable | undefined {
    if (this.closing !== undefined) return "Server is shutting down";
    return this.bufferBudget.isFull ? "Too many bytes are waiting" : undefined;
  }

  /** The session of that id, open or lingering. */
  get(id: string): Session | undefined {
    return this.#byId.get(keyOf(id));
  }

  /** Adds a new session; its id must be free. */
  add(session: Session): void {
    this.#all.add(session);
    this.open++;
    if (session.id !== "") this.#byId.set(keyOf(session.id), session);
  }

  failed(error: unknown): void {
    this.report(error);
  }

  /** A session has had its end. */
  ended(): void {
    this.open--;
    this.changed?.();
  }

  /** An ended session has messages that the application is still reading, or has no more. */
  keepForUnread(session: Session, hasUnread: boolean): void {
    if (hasUnread) this.#endedUnread.add(session);
    else this.#endedUnread.delete(session);
  }

  /** The session's id is free again. */
  free(session: Session): void {
    this.#all.delete(session);
    const key = keyOf(session.id);
    if (this.#byId.get(key) === session) this.#byId.delete(key);
    this.log?.ended(session.id);
    this.freed?.(session);
  }

  /** A connection is gone; it may have been a closing one. */
  connectionGone(connection: ClosingConnection): void {
    if (this.closingConnections.delete(connection)) this.changed?.();
  }

  [Symbol.iterator](): IterableIterator<Session> {
    return this.#all.values();
  }
}
