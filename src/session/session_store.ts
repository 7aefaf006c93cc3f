/**
 * The sessions of one server: who is alive, and who lingers after its end.
 *
 * @module
 */

import type { CloseStatus } from "../protocol/close_codes.ts";
import type { Session } from "./session.ts";
import { type ClosingConnection, ClosingConnections } from "./closing_connections.ts";
import { BufferBudget } from "./buffer_budget.ts";
import type { SessionHost } from "./session_host.ts";
import { Timeouts } from "../event_loop/timeouts.ts";

/** The delays and limits of a server's sessions. */
export interface SessionLimits {
  /** ms */
  readonly heartbeatDelay: number;
  /** ms */
  readonly heartbeatTimeout: number;
  /** ms */
  readonly disconnectDelay: number;
  /** ms */
  readonly responseTimeLimit: number;
  /** bytes */
  readonly highWaterMark: number;
  /** bytes */
  readonly maxBufferedBytes: number;
  /** bytes */
  readonly maxTotalBufferedBytes: number;
  readonly maxSessions: number;
}

/** Bytes that a connection may hold before we look at it. */
const maxDrainThreshold = 16 * 1024;

/** Holds all sessions, and finds them by the id in the URL; websockets have none. */
export class SessionStore implements SessionHost {
  readonly heartbeatTimeouts: Timeouts;
  readonly pongTimeouts: Timeouts;
  readonly disconnectTimeouts: Timeouts;
  readonly highWaterMark: number;
  readonly maxBufferedBytes: number;
  readonly bufferBudget: BufferBudget;
  readonly #maxSessions: number;
  readonly #all = new Set<Session>();
  readonly #byId = new Map<string, Session>();
  /** Connections that are on their way out, be their session over or not. */
  readonly closingConnections: ClosingConnections;
  /** Those that are over, and whose messages are still being told. */
  readonly #untold = new Set<Session>();
  /** What the server is being closed with, if it is. */
  closing: CloseStatus | undefined;
  /** How many have not had their end yet. */
  open = 0;
  /** Whoever is told of errors that have no caller. */
  report: (error: unknown) => void = () => {};
  /** Whoever wants to know that a session or a connection has ended. */
  changed: (() => void) | undefined;

  constructor(limits: SessionLimits) {
    this.heartbeatTimeouts = new Timeouts(limits.heartbeatDelay);
    this.pongTimeouts = new Timeouts(limits.heartbeatTimeout);
    this.disconnectTimeouts = new Timeouts(limits.disconnectDelay);
    this.highWaterMark = limits.highWaterMark;
    this.maxBufferedBytes = limits.maxBufferedBytes;
    const endDelay = limits.heartbeatDelay + limits.heartbeatTimeout;
    this.closingConnections = new ClosingConnections(endDelay, limits.responseTimeLimit);
    const holders = [this.#all, this.closingConnections, this.#untold];
    this.bufferBudget = new BufferBudget(limits.maxTotalBufferedBytes, holders, this);
    this.#maxSessions = limits.maxSessions;
  }

  /** Bytes in a connection above which we want to hear when they have left. */
  get drainThreshold(): number {
    // Of so many characters, none is longer than the mark in bytes.
    return Math.min(maxDrainThreshold, this.highWaterMark / 4);
  }

  /** How many there are, those that linger included. */
  get size(): number {
    return this.#all.size;
  }

  /** Why none may be opened now, for a 503. */
  get refusal(): string | undefined {
    return this.turnedAway ??
      (this.#all.size < this.#maxSessions ? undefined : "Too many sessions");
  }

  /** Why clients had better go elsewhere, for a 503 of `/info` too. */
  get turnedAway(): string | undefined {
    if (this.closing !== undefined) return "Server is shutting down";
    return this.bufferBudget.isFull ? "Too many bytes are waiting" : undefined;
  }

  /** The session of that id, open or lingering. */
  get(id: string): Session | undefined {
    return this.#byId.get(id);
  }

  /** Takes in a new session; its id must be free. */
  add(session: Session): void {
    this.#all.add(session);
    this.open++;
    if (session.id !== "") this.#byId.set(session.id, session);
  }

  failed(error: unknown): void {
    this.report(error);
  }

  ended(): void {
    this.open--;
    this.changed?.();
  }

  outlived(session: Session, holds: boolean): void {
    if (holds) this.#untold.add(session);
    else this.#untold.delete(session);
  }

  free(session: Session): void {
    this.#all.delete(session);
    if (this.#byId.get(session.id) === session) this.#byId.delete(session.id);
  }

  /** A connection is gone, of which `leaving` may know. */
  connectionGone(connection: ClosingConnection): void {
    if (this.closingConnections.delete(connection)) this.changed?.();
  }

  [Symbol.iterator](): IterableIterator<Session> {
    return this.#all.values();
  }
}
