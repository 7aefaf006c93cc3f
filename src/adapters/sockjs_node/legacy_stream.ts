/**
 * Node's oldest stream class, with types of our own.
 *
 * @module
 */

import { Stream } from "node:stream";
import type { Emitter, EventMap } from "../../connection/emitter.ts";

/** What is used of a stream that `pipe` writes to. */
export interface PipeTarget {
  /** Takes a message; false asks to wait for `drain`. */
  write(message: string): unknown;
  /** Called when no more messages will come. */
  end(): unknown;
  /** Adds a listener for `drain`, `close` or `error`. */
  on(event: string, listener: (error?: unknown) => void): unknown;
  /** Removes a listener. */
  removeListener(event: string, listener: (error?: unknown) => void): unknown;
  /** The listeners of an event. */
  listeners?(event: string): object[];
}

/** Node's streams from before `Readable` and `Writable`. */
export interface LegacyStream<Events extends EventMap<Events>> extends Emitter<Events> {
  /** Writes all messages to a stream, no faster than it takes them. */
  pipe<Target extends PipeTarget>(target: Target, options?: { end?: boolean }): Target;
}

/** Makes such streams; a class to extend. */
export interface LegacyStreamConstructor {
  /**
   * A stream without listeners.
   *
   * @param options With `captureRejections`, Node's `emit` notices promises of listeners that reject.
   */
  new <Events extends EventMap<Events>>(
    options?: { captureRejections?: boolean },
  ): LegacyStream<Events>;
}

/** The class itself. */
export const LegacyStream: LegacyStreamConstructor = Stream as unknown as LegacyStreamConstructor;
