/**
 * Connections on their way out.
 *
 * @module
 */

import type { BufferOwner, BufferOwners } from "./buffer_budget.ts";
import { TimeoutEntry, Timeouts } from "../event_loop/timeouts.ts";

/** A connection that has its last frame, and is not gone yet. */
export interface ClosingConnection {
  /** Bytes in it that the server counts. */
  readonly heldBytes: number;
  /** Bytes in it that have not left yet, as far as its runtime tells. */
  readonly bufferedAmount: number;
  /** Whether its session is over. */
  readonly isOver: boolean;
  /** Cuts it off. */
  destroy(): void;
}

/** One of them. */
class Entry extends TimeoutEntry implements BufferOwner {
  readonly #connection: ClosingConnection;
  /** Where it waits as long as its client takes something now and then; and what that had left. */
  #timeouts: Timeouts | undefined;
  #bytesLeft = 0;
  #wasDestroyed = false;

  constructor(connection: ClosingConnection) {
    super();
    this.#connection = connection;
  }

  wait(patience: Timeouts): void {
    this.#timeouts = patience;
    this.#bytesLeft = this.#connection.bufferedAmount;
    patience.add(this);
  }

  /** Some runtimes cannot cut a connection off: one that was is not worth another try. */
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
    // Who is cut off answers for itself.
  }
}

/** All of a server. Their sessions may be over, so that nobody else has an eye on them. */
export class ClosingConnections implements BufferOwners {
  readonly #ends: Timeouts;
  readonly #answers: Timeouts;
  readonly #all = new Map<ClosingConnection, Entry>();

  /**
   * @param endDelay ms after which one is cut off whose client takes nothing of its end,
   * @param answerDelay or of an answer.
   */
  constructor(endDelay: number, answerDelay: number) {
    this.#ends = new Timeouts(endDelay);
    this.#answers = new Timeouts(answerDelay);
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<BufferOwner> {
    return this.#all.values();
  }

  /** One is to end by itself, and its client may never take its end. */
  add(connection: ClosingConnection): void {
    this.#departure(connection).wait(this.#ends);
  }

  /** One brings what its client wants, and may take its time. */
  addAnswer(connection: ClosingConnection): void {
    this.#departure(connection).wait(this.#answers);
  }

  /** One that its runtime cuts off. */
  addSlow(connection: ClosingConnection): void {
    this.#departure(connection);
  }

  #departure(connection: ClosingConnection): Entry {
    let departure = this.#all.get(connection);
    if (departure === undefined) this.#all.set(connection, departure = new Entry(connection));
    return departure;
  }

  /** One is gone. False where it was none of them. */
  delete(connection: ClosingConnection): boolean {
    const departure = this.#all.get(connection);
    departure?.timeouts?.remove(departure);
    return this.#all.delete(connection);
  }

  /** Cuts all of them off. */
  destroyAll(): void {
    for (const departure of [...this.#all.values()]) departure.evict();
  }
}
