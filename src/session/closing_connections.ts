/**
 * Connections that have been given their last frame and are not gone yet.
 *
 * @module
 */

import type { BufferOwner, BufferOwners } from "./buffer_budget.ts";
import { guarded } from "../event_loop/guard.ts";
import { TimeoutEntry, Timeouts } from "../event_loop/timeouts.ts";

/** A connection that is closing. */
export interface ClosingConnection {
  /** Bytes in it that the server counts. */
  readonly heldBytes: number;
  /** Bytes in it that have not left yet, as far as its runtime reports it. */
  readonly bufferedAmount: number;
  /** Whether its session has ended. */
  readonly isOver: boolean;
  destroy(): void;
}

/** The timeout of one closing connection. */
class Entry extends TimeoutEntry implements BufferOwner {
  readonly #connection: ClosingConnection;
  /** The list in which it waits again as long as its client reads something. */
  #timeouts: Timeouts | undefined;
  /** Bytes that were left for the client when the waiting began. */
  #bytesLeft = 0;
  #wasDestroyed = false;

  constructor(connection: ClosingConnection) {
    super();
    this.#connection = connection;
  }

  wait(timeouts: Timeouts): void {
    this.#timeouts = timeouts;
    this.#bytesLeft = this.#connection.bufferedAmount;
    timeouts.add(this);
  }

  /** Some runtimes cannot destroy a connection: it is tried once. */
  get heldBytes(): number {
    return this.#wasDestroyed ? 0 : this.#connection.heldBytes;
  }

  get isOver(): boolean {
    return this.#connection.isOver;
  }

  evict(): void {
    this.timeouts?.remove(this);
    this.#wasDestroyed = true;
    this.#connection.destroy();
  }

  override timedOut(): void {
    const hasMoved = this.#connection.bufferedAmount < this.#bytesLeft;
    if (hasMoved && this.#timeouts !== undefined) this.wait(this.#timeouts);
    else this.evict();
  }

  override failed(): void {
    // `destroy` deals with its own errors.
  }
}

/** All of a server's. Their sessions may be over, and watch them no more. */
export class ClosingConnections implements BufferOwners {
  readonly #endTimeouts: Timeouts;
  readonly #responseTimeouts: Timeouts;
  readonly #all = new Map<ClosingConnection, Entry>();

  /**
   * @param endDelay ms after which a connection is destroyed whose client takes nothing of its end.
   * @param responseDelay the same for a response.
   */
  constructor(endDelay: number, responseDelay: number) {
    this.#endTimeouts = new Timeouts(endDelay);
    this.#responseTimeouts = new Timeouts(responseDelay);
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<BufferOwner> {
    return this.#all.values();
  }

  /** Adds one that ends by itself. Its client may never take the end. */
  add(connection: ClosingConnection): void {
    this.#entryOf(connection).wait(this.#endTimeouts);
  }

  /** Adds one that brings a long response. Its client may take its time. */
  addResponse(connection: ClosingConnection): void {
    this.#entryOf(connection).wait(this.#responseTimeouts);
  }

  /** Adds one that its runtime destroys when it takes too long. */
  addSlow(connection: ClosingConnection): void {
    this.#entryOf(connection);
  }

  #entryOf(connection: ClosingConnection): Entry {
    let entry = this.#all.get(connection);
    if (entry === undefined) this.#all.set(connection, entry = new Entry(connection));
    return entry;
  }

  /** A connection is gone. Returns false if it is not in this list. */
  delete(connection: ClosingConnection): boolean {
    const entry = this.#all.get(connection);
    entry?.timeouts?.remove(entry);
    return this.#all.delete(connection);
  }

  /** Destroys all of them. */
  destroyAll(): void {
    for (const entry of [...this.#all.values()]) guarded(entry, entry.evict, undefined);
  }
}
