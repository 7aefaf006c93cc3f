/**
 * Intercepts an event of an emitter. Other listeners, whether added before or after, are called
 * only for events that were not taken.
 *
 * @module
 */

import { type Method, replaceMethod } from "../runtimes/node/internals.ts";

/** The part of Node's EventEmitter that this library uses. */
export interface Emitting {
  /** As in Node. */
  on(event: string, listener: () => void): unknown;
  /** As in Node. */
  prependListener(event: string, listener: () => void): unknown;
  /** As in Node. */
  removeListener(event: string, listener: () => void): unknown;
  /** As in Node. */
  removeAllListeners(event: string): unknown;
  /** As in Node. */
  rawListeners(event: string): unknown[];
  /** As in Node. */
  listeners(event: string): unknown[];
}

/** Takes an event, or returns false to leave it to others. */
export type Take = (...args: never[]) => boolean;

/** A function that gets an event first. */
export interface Interception {
  /** Whether the event has no other listener. */
  readonly hasNoOthers: boolean;
  /** Gets no more events. */
  detach(): void;
}

interface Listener {
  (this: unknown, ...args: unknown[]): unknown;
  /** As in Node: the listener that this one wraps. */
  listener?: unknown;
  /** Only on ours: the listener that it guards; on a front, itself. */
  [original]?: Listener;
}

/** The listener of ours that is called first, and asks each interception in turn. */
interface Front {
  readonly listener: Listener;
  readonly takes: Take[];
  /** Whether there were listeners before it. */
  readonly cameLater: boolean;
  /** Whether it was the only listener when it was last seen in the list. */
  wasAlone: boolean;
}

// The same in all copies of this library.
const interceptors: unique symbol = Symbol.for("sockjs-web.interceptors") as never;
const original: unique symbol = Symbol.for("sockjs-web.original-listener") as never;
const taken: unique symbol = Symbol.for("sockjs-web.taken") as never;

/** Whether a SockJS server has taken a request. */
export function isTaken(request: unknown): boolean {
  return (request as { [taken]?: true } | undefined)?.[taken] === true;
}

/** Marks a request as taken: other listeners do not get it. */
export function markAsTaken(request: unknown): void {
  (request as { [taken]?: true })[taken] = true;
}

/** Passes an event to a function first, also before earlier interceptions. */
export function intercept(emitter: Emitting, event: string, take: Take): Interception {
  const holder = emitter as { [interceptors]?: Map<string, Interceptor> };
  if (holder[interceptors] === undefined) {
    Object.defineProperty(holder, interceptors, { value: new Map() });
  }
  const all = holder[interceptors]!;
  let interceptor = all.get(event);
  if (interceptor === undefined) all.set(event, interceptor = new Interceptor(emitter, event));
  return interceptor.add(take);
}

/** Whether it is a front, and not the guard of another listener. */
function isOurs(listener: Listener): boolean {
  return typeof listener === "function" && listener[original] === listener;
}

/**
 * The method that returns the listeners of an emitter as they were added. With zone.js that is
 * `listeners`: its `rawListeners` returns wrappers, which do nothing once they were removed.
 */
function readerOf(emitter: Emitting, event: string): (event: string) => unknown[] {
  const { listeners, rawListeners } = emitter;
  const probe = () => {};
  emitter.on(event, probe);
  const isRaw = emitter.rawListeners(event).includes(probe) ||
    !emitter.listeners(event).includes(probe);
  emitter.removeListener(event, probe);
  return isRaw ? rawListeners : listeners;
}

/** All interceptions of one event of one emitter. */
class Interceptor {
  readonly #emitter: Emitting;
  readonly #event: string;
  /** One, unless other code has removed one from the list before another was added. */
  #fronts: Front[] = [];
  #restore: (() => void)[] = [];
  readonly #read: (event: string) => unknown[];

  constructor(emitter: Emitting, event: string) {
    this.#emitter = emitter;
    this.#event = event;
    this.#read = readerOf(emitter, event);
  }

  add(take: Take): Interception {
    const listeners = this.#listeners;
    let [front] = this.#fronts;
    // Code that has removed a front calls it by hand, or wants to bypass it. It stays removed.
    if (front === undefined || !listeners.includes(front.listener)) {
      if (front === undefined) this.#replaceMethods();
      front = this.#createFront(listeners.length > 0);
      this.#fronts.unshift(front);
      this.#list([front.listener, ...listeners]);
    }
    front.takes.push(take);
    const { takes } = front;
    const isAlone = () => takes[0] === take && this.#isAlone(front);
    return {
      get hasNoOthers() {
        return isAlone();
      },
      detach: () => this.#remove(take, front),
    };
  }

  get #listeners(): Listener[] {
    return this.#read.call(this.#emitter, this.#event) as Listener[];
  }

  #list(listeners: readonly Listener[]): void {
    this.#emitter.removeAllListeners(this.#event);
    for (const listener of listeners) this.#emitter.on(this.#event, listener);
  }

  #createFront(cameLater: boolean): Front {
    const takes: Take[] = [];
    const listener: Listener = (...args) => {
      // Other code may call it by hand, and more than once.
      if (isTaken(args[0])) return;
      for (let i = takes.length - 1; i >= 0; i--) {
        if (takes[i]!(...args as never[])) return markAsTaken(args[0]);
      }
    };
    listener[original] = listener;
    return { listener, takes, cameLater, wasAlone: false };
  }

  #remove(take: Take, front: Front): void {
    const place = front.takes.indexOf(take);
    if (place < 0) return;
    front.takes.splice(place, 1);
    if (front.takes.length > 0) return;
    this.#fronts = this.#fronts.filter((each) => each !== front);
    const others = this.#listeners.filter((each) => each !== front.listener);
    if (this.#fronts.length > 0) return this.#list(others);
    for (const restore of this.#restore.splice(0)) restore();
    this.#list(others.map((each) => each[original] ?? each));
  }

  #isAlone(front: Front): boolean {
    const listeners = this.#listeners;
    const others = listeners.filter((each) => !isOurs(each)).length;
    if (!listeners.includes(front.listener)) {
      // One other listener has removed ours and calls it by hand. Of several, it has removed all.
      if (others > 1) front.wasAlone = false;
      return front.wasAlone && others === 1;
    }
    return (front.wasAlone = others === 0);
  }

  /** Wraps a listener so that it gets only what was not taken. */
  #guard(listener: Listener): Listener {
    if (typeof listener !== "function" || listener[original] !== undefined) return listener;
    const standsFor = listener.listener;
    const guard: Listener = function (...args) {
      if (isTaken(args[0])) return;
      if (standsFor === undefined) return listener.apply(this, args);
      // A listener added by `once` removes itself, so the guard has to be found by it.
      guard.listener = listener;
      try {
        return listener.apply(this, args);
      } finally {
        guard.listener = standsFor;
      }
    };
    guard.listener = standsFor ?? listener;
    guard[original] = listener;
    return guard;
  }

  /** Makes the emitter guard listeners that are added later, and keep ours before them. */
  #replaceMethods(): void {
    // `once` and `prependOnceListener` call these.
    for (const name of ["on", "addListener"]) {
      this.#replaceMethod(name, (before, added) => {
        const listener = added as Listener;
        if (!isOurs(listener)) return before(this.#guard(listener));
        return this.#emitter.prependListener(this.#event, listener);
      });
    }
    this.#replaceMethod("prependListener", (before, added) => {
      const result = before(this.#guard(added as Listener));
      for (const listener of this.#listeners.filter(isOurs).reverse()) {
        this.#emitter.removeListener(this.#event, listener);
        before(listener);
      }
      return result;
    });
    // Code that calls listeners by hand has to do what the emitter would.
    this.#replaceMethod("listeners", () => this.#listeners);
    // Code that refuses an upgrade if it is the only listener must not count ours. Node counts
    // them, too, and must not get 0.
    this.#replaceMethod("listenerCount", (before, listener) => {
      const count = before(listener) as number;
      const listeners = this.#listeners;
      const isUncounted = (front: Front) => front.cameLater && listeners.includes(front.listener);
      const uncounted = listener === undefined ? this.#fronts.filter(isUncounted).length : 0;
      return uncounted === 0 ? count : Math.max(1, count - uncounted);
    });
  }

  /** Replaces a method for calls with this event. */
  #replaceMethod(
    name: string,
    own: (before: (...args: unknown[]) => unknown, ...args: unknown[]) => unknown,
  ): void {
    const before = (this.#emitter as unknown as Record<string, Method>)[name]!;
    let isOver = false;
    const isMeant = (event: unknown) => !isOver && event === this.#event && this.#fronts.length > 0;
    const note = () => this.#fronts.forEach((front) => this.#isAlone(front));
    const restore = replaceMethod(this.#emitter, name, function (this: unknown, event, ...args) {
      const goOn = (...args: unknown[]) => before.call(this, event, ...args);
      if (!isMeant(event)) return goOn(...args);
      const result = own(goOn, ...args);
      // After this, other code may take ours off the list.
      note();
      return result;
    });
    this.#restore.push(() => {
      isOver = true;
      restore();
    });
  }
}
