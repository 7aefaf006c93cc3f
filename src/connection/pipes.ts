/**
 * Pipes a connection's messages into a destination, as Node's streams do.
 *
 * @module
 */

import type { Connection } from "./connection.ts";
import type { Inbox } from "./inbox.ts";
import { inNextTurn } from "../event_loop/turns.ts";

/** What `pipe` writes to: a Node stream, another connection, or any object with these methods. */
export interface PipeDestination {
  /** False once the destination takes no more; may be absent. */
  readonly writable?: boolean;
  /** Accepts a message. Returns false to ask the writer to wait for `drain`. */
  write(message: string): unknown;
  /** Called when no more messages will come. */
  end?(): unknown;
  /** Adds a listener for `drain`, `close` or `error`. */
  once?(event: string, listener: (error?: unknown) => void): unknown;
  /** Removes a listener. */
  removeListener?(event: string, listener: (error?: unknown) => void): unknown;
}

/** How `pipe` treats its destination. */
export interface PipeOptions {
  /**
   * Whether the destination ends when the connection ends. `process.stdout` and `process.stderr`
   * never do: they are shared.
   *
   * @default {true}
   */
  readonly end?: boolean | undefined;
}

/**
 * The pipes into one destination. They share its listeners: with one for each, Node would warn
 * of a leak at the eleventh.
 */
class Destination {
  static readonly #known = new WeakMap<PipeDestination, Destination>();
  readonly #destination: PipeDestination;
  readonly #pipes = new Set<Pipe<unknown>>();
  #awaitsDrain = false;
  #isEnded = false;

  private constructor(destination: PipeDestination) {
    this.#destination = destination;
  }

  static of(destination: PipeDestination): Destination {
    let known = this.#known.get(destination);
    if (known === undefined) {
      known = new Destination(destination);
      this.#known.set(destination, known);
    }
    return known;
  }

  join(pipe: Pipe<unknown>): void {
    if (this.#pipes.size === 0 && !this.#isEnded) {
      this.#destination.once?.("error", this.#failed);
      this.#destination.once?.("close", this.#closed);
    }
    this.#pipes.add(pipe);
  }

  leave(pipe: Pipe<unknown>): void {
    // What was written may still fail while it ends, and this may be the only listener for that.
    if (!this.#pipes.delete(pipe) || this.#pipes.size > 0 || this.#isEnded) return;
    for (const [event, listener] of this.#listeners) {
      this.#destination.removeListener?.(event, listener);
    }
    this.#awaitsDrain = false;
  }

  end(): unknown {
    this.#isEnded = true;
    return this.#destination.end?.();
  }

  awaitDrain(): void {
    if (this.#awaitsDrain) return;
    this.#awaitsDrain = true;
    this.#destination.once?.("drain", this.#drained);
  }

  readonly #drained = () => {
    this.#awaitsDrain = false;
    for (const pipe of [...this.#pipes]) pipe.goOn();
  };

  readonly #closed = () => {
    for (const pipe of [...this.#pipes]) pipe.stop();
  };

  readonly #failed = (error?: unknown) => {
    // Each write after the end is another error.
    this.#destination.once?.("error", this.#failed);
    for (const pipe of [...this.#pipes]) pipe.failed(error);
  };

  readonly #listeners = [
    ["drain", this.#drained],
    ["close", this.#closed],
    ["error", this.#failed],
  ] as const;
}

/** One connection into one destination; while that wants to wait, messages stay in the inbox. */
class Pipe<Context> {
  readonly #connection: Connection<Context>;
  readonly #inbox: Inbox<Context>;
  readonly #destination: PipeDestination;
  readonly #shared: Destination;
  readonly #ends: boolean;
  #isOpen = true;
  #waiting = false;

  constructor(
    connection: Connection<Context>,
    inbox: Inbox<Context>,
    destination: PipeDestination,
    ends: boolean,
  ) {
    this.#connection = connection;
    this.#inbox = inbox;
    this.#destination = destination;
    this.#ends = ends;
    this.#shared = Destination.of(destination);
    this.#shared.join(this);
    connection.on("data", this.#forward);
    connection.once("end", this.#end);
    // `end` is not emitted again, and the pipe would stay for ever.
    if (inbox.hasEnded) Promise.resolve().then(this.#end).catch((error) => inbox.failed(error));
  }

  goOn(): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    this.#inbox.resume();
  }

  /** The destination takes no more; it may still report why. */
  stop(): void {
    this.#isOpen = false;
    this.#connection.off("data", this.#forward);
    this.goOn();
  }

  failed(error: unknown): void {
    this.stop();
    this.#inbox.failed(error);
  }

  /** Returns what `write` returns, which may be a promise that rejects. */
  readonly #forward = (message: string): unknown => {
    const destination = this.#destination;
    const taken = destination.write(message);
    if (taken !== false || destination.once === undefined) return taken;
    // A destination that was closed before emits neither `drain` nor `close`.
    if (destination.writable === false) this.stop();
    else {
      if (!this.#waiting) this.#inbox.pause();
      this.#waiting = true;
      this.#shared.awaitDrain();
    }
    return undefined;
  };

  readonly #end = (): unknown => {
    // What was written last may fail in this turn.
    inNextTurn(() => this.#shared.leave(this), (error) => this.#inbox.failed(error));
    return this.#isOpen && this.#ends ? this.#shared.end() : undefined;
  };
}

/** Forwards all messages, and the end, unless that is not wanted. */
export function pipe<Context>(
  connection: Connection<Context>,
  inbox: Inbox<Context>,
  destination: PipeDestination,
  { end = true }: PipeOptions,
): void {
  new Pipe(connection, inbox, destination, end && !isStandard(destination));
}

/** As Node marks the streams of `process`, and Deno and Bun after it. */
export function isStandard(destination: object): boolean {
  return (destination as { _isStdio?: unknown })._isStdio === true;
}
