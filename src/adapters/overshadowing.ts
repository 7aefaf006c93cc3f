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

interface Listener {
  (...args: unknown[]): void;
  /** Only of an overshadowing: those that it keeps from hearing. */
  [earlier]?: Listener[];
  /** Only where somebody wants to hear once: as in Node, what is called then. */
  readonly listener?: unknown;
}

/** The same in all copies of this library. */
const earlier: unique symbol = Symbol.for("sockjs-web.earlier-listeners") as never;

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
    this.#listener[earlier] = this.#earlier;
    emitter.removeAllListeners(event);
    emitter.on(event, this.#listener);
  }

  /** Whether nobody else would hear of the event. */
  get isAlone(): boolean {
    return this.#earlier.length === 0 && this.#emitter.rawListeners(this.#event).length === 1;
  }

  /** Steps back, and puts the others in its place. */
  detach(): void {
    // Where others than we overshadow this in turn, it goes on handing on.
    this.#active = false;
    const listeners = this.#emitter.rawListeners(this.#event) as Listener[];
    if (!replace(this.#listener, this.#earlier, listeners)) return;
    this.#emitter.removeAllListeners(this.#event);
    for (const listener of listeners) this.#emitter.on(this.#event, listener);
  }

  #passOn(args: unknown[]): void {
    for (const listener of [...this.#earlier]) {
      // It has been taken off the emitter already, so it cannot do that by itself.
      if (typeof listener.listener === "function") replace(listener, [], this.#earlier);
      listener.apply(this.#emitter, args);
    }
  }
}

/** Puts others in the place of one, be it among the listeners or overshadowed by one of them. */
function replace(one: Listener, others: readonly Listener[], listeners: Listener[]): boolean {
  const place = listeners.indexOf(one);
  if (place >= 0) listeners.splice(place, 1, ...others);
  return place >= 0 || listeners.some((each) => replace(one, others, each[earlier] ?? []));
}
