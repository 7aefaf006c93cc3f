/**
 * Connections on their way out.
 *
 * @module
 */

import type { Holder, Holders } from "./holdings.ts";
import { Timeouts, Waiting } from "./timeouts.ts";

/** A connection that has its last frame, and is not gone yet. */
export interface Leaving {
  /** Bytes in it that the server counts. */
  readonly holding: number;
  /** Whether its session is over. */
  readonly isOver: boolean;
  /** Cuts it off. */
  cut(): void;
}

/** One of them. */
class Departure extends Waiting implements Holder {
  readonly #connection: Leaving;
  #wasCut = false;

  constructor(connection: Leaving) {
    super();
    this.#connection = connection;
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
    this.overdraw();
  }

  override failed(): void {
    // Who is cut off answers for itself.
  }
}

/** All of a server. Their sessions may be over, so that nobody else has an eye on them. */
export class Departures implements Holders {
  readonly #timeouts: Timeouts;
  readonly #all = new Map<Leaving, Departure>();

  /** @param delay ms until one that is to end by itself is cut off. */
  constructor(delay: number) {
    this.#timeouts = new Timeouts(delay);
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<Holder> {
    return this.#all.values();
  }

  /** One is to end by itself, and its client may never take its end. */
  add(connection: Leaving): void {
    this.addSlow(connection);
    this.#timeouts.add(this.#all.get(connection)!);
  }

  /** One may take its time, for it brings what its client wants; or its runtime cuts it off. */
  addSlow(connection: Leaving): void {
    if (!this.#all.has(connection)) this.#all.set(connection, new Departure(connection));
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
