/**
 * Intercepts an event of an emitter before its other listeners, which hear only of what was
 * not taken, be they there before or added later.
 *
 * @module
 */

/** What is used of an EventEmitter. */
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

/** Gives false for what it does not want. */
export type Take = (...args: never[]) => boolean;

/** Something that hears of an event first. */
export interface Interception {
  /** Whether nobody else would hear of the event. */
  readonly hasNoOthers: boolean;
  /** Hears of nothing any more. */
  detach(): void;
}

interface Listener {
  (this: unknown, ...args: unknown[]): unknown;
  /** As in Node: whom one stands for that is there for somebody else. */
  listener?: unknown;
  /** Only of ours: whom it guards, or itself. */
  [original]?: Listener;
}

/** A listener of ours, which asks those who want to hear first. */
interface Front {
  readonly listener: Listener;
  readonly takes: Take[];
  /** Whether somebody listened when it came. */
  readonly cameLater: boolean;
  /** Whether nobody else listened when it was last seen among the listeners. */
  wasAlone: boolean;
}

type Method = (event: unknown, ...args: unknown[]) => unknown;

// The same in all copies of this library.
const interceptors: unique symbol = Symbol.for("sockjs-web.interceptors") as never;
const original: unique symbol = Symbol.for("sockjs-web.original-listener") as never;
const taken: unique symbol = Symbol.for("sockjs-web.taken") as never;

/** Whether somebody of ours has taken a request. */
export function isTaken(request: unknown): boolean {
  return (request as { [taken]?: true } | undefined)?.[taken] === true;
}

/** From here on, a request is nobody else's. */
export function markAsTaken(request: unknown): void {
  (request as { [taken]?: true })[taken] = true;
}

/** Has a function hear of an event first, before others of ours, too. */
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

/** Whether that is a front, and not the guard of somebody else's. */
function isOurs(listener: Listener): boolean {
  return typeof listener === "function" && listener[original] === listener;
}

/**
 * The method that gives the listeners of an emitter as they were added. With zone.js that is
 * `listeners`; the others are its own, which do nothing any more once they were taken off.
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

/** All who want to hear of one event of one emitter first. */
class Interceptor {
  readonly #emitter: Emitting;
  readonly #event: string;
  /** One, unless somebody has taken one off the list before another was added. */
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
    // Whoever has taken one off calls it by hand, or means to bypass it: it stays with them.
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
      // Somebody may call it by hand, and again.
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
      // The other is who has taken it off, and calls it by hand; or, of several, who has taken
      // all of them off.
      if (others > 1) front.wasAlone = false;
      return front.wasAlone && others === 1;
    }
    return (front.wasAlone = others === 0);
  }

  /** A listener that hears only of what is not ours. */
  #guard(listener: Listener): Listener {
    if (typeof listener !== "function" || listener[original] !== undefined) return listener;
    const standsFor = listener.listener;
    const guard: Listener = function (...args) {
      if (isTaken(args[0])) return;
      if (standsFor === undefined) return listener.apply(this, args);
      // A listener for one event takes itself off: it has to be found as what it is itself.
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

  /** From here on, all who are added are guarded, and ours stay before them. */
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
    // Whoever calls listeners by hand is to do what the emitter would.
    this.#replaceMethod("listeners", () => this.#listeners);
    // Whoever asks whether they are alone with an upgrade, and then refuses it, means others
    // than us. But Node asks as well, and then it must not be nobody.
    this.#replaceMethod("listenerCount", (before, listener) => {
      const count = before(listener) as number;
      const listeners = this.#listeners;
      const isUncounted = (front: Front) => front.cameLater && listeners.includes(front.listener);
      const uncounted = listener === undefined ? this.#fronts.filter(isUncounted).length : 0;
      return uncounted === 0 ? count : Math.max(1, count - uncounted);
    });
  }

  /** Puts something in the place of a method where it is called for this event. */
  #replaceMethod(
    name: string,
    own: (before: (...args: unknown[]) => unknown, ...args: unknown[]) => unknown,
  ): void {
    const methods = this.#emitter as unknown as Record<string, Method>;
    const earlier = Object.getOwnPropertyDescriptor(methods, name);
    const before = methods[name]!;
    let isOver = false;
    const isMeant = (event: unknown) => !isOver && event === this.#event && this.#fronts.length > 0;
    const note = () => this.#fronts.forEach((front) => this.#isAlone(front));
    const value: Method = function (this: unknown, event, ...args) {
      const goOn = (...args: unknown[]) => before.call(this, event, ...args);
      if (!isMeant(event)) return goOn(...args);
      const result = own(goOn, ...args);
      // Next, somebody may take ours off the list.
      note();
      return result;
    };
    Object.defineProperty(methods, name, { value, configurable: true, writable: true });
    this.#restore.push(() => {
      isOver = true;
      // Unless somebody has put theirs over it: then it hands on from here on.
      if (methods[name] !== value) return;
      if (earlier === undefined) delete methods[name];
      else Object.defineProperty(methods, name, earlier);
    });
  }
}
