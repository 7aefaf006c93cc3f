/**
 * Connections on their way out.
 *
 * @module
 */

import type { Holder, Holders } from "./buffer_budget.ts";
import { Timeouts, Waiting } from "../event_loop/timeouts.ts";

/** A connection that has its last frame, and is not gone yet. */
export interface Leaving {
  /** Bytes in it that the server counts. */
  readonly holding: number;
  /** Bytes in it that have not left yet, as far as its runtime tells. */
  readonly bufferedAmount: number;
  /** Whether its session is over. */
  readonly isOver: boolean;
  /** Cuts it off. */
  cut(): void;
}

/** One of them. */
class Departure extends Waiting implements Holder {
  readonly #connection: Leaving;
  /** Where it waits as long as its client takes something now and then; and what that had left. */
  #patience: Timeouts | undefined;
  #left = 0;
  #wasCut = false;

  constructor(connection: Leaving) {
    super();
    this.#connection = connection;
  }

  wait(patience: Timeouts): void {
    this.#patience = patience;
    this.#left = this.#connection.bufferedAmount;
    patience.add(this);
  }

  /** Some runtimes cannot cut a connection off: one that was is not worth another try. */
  get holding(): number {
    return this.#wasCut ? 0 : this.#connection.holding;
  }

  get isOver(): boolean {
    return this.#connection.isOver;
  }

  overdraw(): void {
    this.timeouts?.remove(this);
    this.#wasCut = true;
    this.#connection.cut();
  }

  override timedOut(): void {
    const hasMoved = this.#connection.bufferedAmount < this.#left;
    if (hasMoved && this.#patience !== undefined) this.wait(this.#patience);
    else this.overdraw();
  }

  override failed(): void {
    // Who is cut off answers for itself.
  }
}

/** All of a server. Their sessions may be over, so that nobody else has an eye on them. */
export class Departures implements Holders {
  readonly #ends: Timeouts;
  readonly #answers: Timeouts;
  readonly #all = new Map<Leaving, Departure>();

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

  [Symbol.iterator](): Iterator<Holder> {
    return this.#all.values();
  }

  /** One is to end by itself, and its client may never take its end. */
  add(connection: Leaving): void {
    this.#departure(connection).wait(this.#ends);
  }

  /** One brings what its client wants, and may take its time. */
  addAnswer(connection: Leaving): void {
    this.#departure(connection).wait(this.#answers);
  }

  /** One that its runtime cuts off. */
  addSlow(connection: Leaving): void {
    this.#departure(connection);
  }

  #departure(connection: Leaving): Departure {
    let departure = this.#all.get(connection);
    if (departure === undefined) this.#all.set(connection, departure = new Departure(connection));
    return departure;
  }

  /** One is gone. False where it was none of them. */
  delete(connection: Leaving): boolean {
    const departure = this.#all.get(connection);
    departure?.timeouts?.remove(departure);
    return this.#all.delete(connection);
  }

  /** Cuts all of them off. */
  cut(): void {
    for (const departure of [...this.#all.values()]) departure.overdraw();
  }
}
