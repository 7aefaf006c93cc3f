/**
 * Node's EventEmitter with types of our own: those of `@types/node` differ from version to
 * version, and users of this library should not need them.
 *
 * @module
 */

import { EventEmitter } from "node:events";

/** What a listener gets, by the name of its event. */
export type EventMap<Events> = Record<keyof Events, unknown[]>;

/** A function that is called for an event. Its result counts only when it is a promise that rejects. */
export type Listener<Arguments extends unknown[]> = (...args: Arguments) => unknown;

/** The methods of Node's EventEmitter, typed by the names of the events. */
export interface Emitter<Events extends EventMap<Events>> {
  /** Adds a listener, after those that are there. */
  on<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  /** The same as `on`. */
  addListener<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  /** Adds a listener that is called once. */
  once<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  /** Adds a listener, before those that are there. */
  prependListener<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  /** Adds a listener that is called once, before those that are there. */
  prependOnceListener<Name extends keyof Events>(
    event: Name,
    listener: Listener<Events[Name]>,
  ): this;
  /** Removes a listener. */
  off<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  /** The same as `off`. */
  removeListener<Name extends keyof Events>(event: Name, listener: Listener<Events[Name]>): this;
  /** Removes all listeners, of one event or of all. */
  removeAllListeners(event?: keyof Events): this;
  /** Calls the listeners of an event. */
  emit<Name extends keyof Events>(event: Name, ...args: Events[Name]): boolean;
  /** How many listeners an event has. */
  listenerCount(event: keyof Events): number;
  /** The listeners of an event. */
  listeners<Name extends keyof Events>(event: Name): Listener<Events[Name]>[];
  /** The listeners of an event, with the wrappers of `once`. */
  rawListeners<Name extends keyof Events>(event: Name): Listener<Events[Name]>[];
  /** The events that have listeners. */
  eventNames(): (keyof Events)[];
  /**
   * Sets the number of listeners per event above which Node warns of a leak; 0 turns the warning
   * off.
   */
  setMaxListeners(count: number): this;
  /** The number that `setMaxListeners` has set. */
  getMaxListeners(): number;
}

/** The class of emitters, to extend. */
export interface EmitterConstructor {
  /**
   * An emitter without listeners.
   *
   * @param options With `captureRejections`, Node's `emit` notices promises of listeners that reject.
   */
  new <Events extends EventMap<Events>>(
    options?: { captureRejections?: boolean },
  ): Emitter<Events>;
}

/** The class itself. */
export const Emitter: EmitterConstructor = EventEmitter as unknown as EmitterConstructor;
