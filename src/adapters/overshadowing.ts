/**
 * Hearing of an event before everybody else.
 *
 * @module
 */

/** What is used of an EventEmitter. */
export interface Emitting {
  /** As in Node. */
  on(event: string, listener: () => void): unknown;
  /** As in Node. */
  removeAllListeners(event: string): unknown;
  /** As in Node. */
  rawListeners(event: string): unknown[];
}

type Listener = (...args: unknown[]) => void;

/** Takes the place of all listeners that an event has, and hands on to them what it does not want. */
export class Overshadowing {
  readonly #emitter: Emitting;
  readonly #event: string;
  readonly #earlier: Listener[];
  readonly #listener: Listener;
  #active = true;

  /** @param take Gives false for what it does not want. */
  constructor(emitter: Emitting, event: string, take: (...args: never[]) => boolean) {
    this.#emitter = emitter;
    this.#event = event;
    this.#earlier = emitter.rawListeners(event) as Listener[];
    this.#listener = (...args) => {
      if (!this.#active || !take(...args as never[])) this.#passOn(args);
    };
    emitter.removeAllListeners(event);
    emitter.on(event, this.#listener);
  }

  /** Whether nobody else would hear of the event. */
  get isAlone(): boolean {
    return this.#earlier.length === 0 && this.#emitter.rawListeners(this.#event).length === 1;
  }

  /** Steps back, and puts the others in its place. */
  detach(): void {
    // Where somebody overshadows this in turn, it goes on handing on.
    this.#active = false;
    const listeners = this.#emitter.rawListeners(this.#event) as Listener[];
    const place = listeners.indexOf(this.#listener);
    if (place < 0) return;
    listeners.splice(place, 1, ...this.#earlier);
    this.#emitter.removeAllListeners(this.#event);
    for (const listener of listeners) this.#emitter.on(this.#event, listener);
  }

  #passOn(args: unknown[]): void {
    for (const listener of this.#earlier) listener.apply(this.#emitter, args);
  }
}
