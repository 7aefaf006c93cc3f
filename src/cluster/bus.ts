/**
 * What servers need to work together: a way to send each other messages, and one place that knows
 * who holds what.
 *
 * @module
 */

/** A function that gets what is published to a channel. It must not throw. */
export type BusListener = (payload: string) => void;

/** Functions that are told of interruptions. They must not throw. */
export interface BusWatcher {
  /** From now on, messages may be missed. Servers do not use it, and it need not be called. */
  lost?(): void;
  /**
   * All subscriptions are in place again, even if `lost` was not called. Not called for the first
   * connection, unless it is known that claims were lost a few seconds before: then it is, with
   * `lostClaims`, before any call is answered.
   */
  back?(interruption: Interruption): void;
}

/** What an interruption may have cost. */
export interface Interruption {
  /** Messages may have been missed. */
  readonly missedMessages: boolean;
  /** Claims may be gone, such as after a restart. Claim them again. True if that is not known. */
  readonly lostClaims: boolean;
}

/** A key, and a value that holds it. */
export type Claim = readonly [key: string, value: string];

/**
 * Connects the servers of a cluster, through an engine such as Redis or through local sockets. A
 * suite of tests for implementations is in `@sockjs/web/bus-suite`.
 *
 * Every method that returns a promise settles in bounded time, also while the engine does not
 * answer: it rejects then. The bound is the bus's own. A call may wait that long for a connection.
 *
 * Servers use `maxPayload`, `publish`, `subscribe`, `unsubscribe` and `watch`. Those that share sessions
 * also use claims.
 *
 * The names of channels and keys that servers use have at most 300 characters of well-formed text, with
 * any characters, and the values of claims at most 256. Servers claim for an hour at most, and renew up
 * to 1,000 claims with one call.
 *
 * One place decides about claims: what one call was told holds for every later call, in all processes.
 */
export interface Bus {
  /** The largest payload, in bytes of UTF-8; at least 1,024. */
  readonly maxPayload: number;
  /**
   * Sends a payload to all listeners of a channel, in this process and in others, the caller's own
   * listeners included. The payloads of one publisher to one channel arrive in order, each at most
   * once. Listeners are not called before `publish` has returned.
   *
   * @param payload Well-formed text: no lone surrogates.
   * @returns How many processes it was sent to, if the engine knows.
   * @throws Rejects if it has not been sent, or if that is unknown; with a `RangeError` if it is
   * larger than `maxPayload`.
   */
  publish(channel: string, payload: string): Promise<number | undefined>;
  /**
   * Adds a listener to a channel. Servers add each listener to one channel, and only once.
   *
   * @returns Resolves when it gets everything that anyone publishes from then on. If it rejects, the
   * server calls `unsubscribe`, and tries again with another listener.
   */
  subscribe(channel: string, listener: BusListener): Promise<void>;
  /**
   * Removes a listener, if it is there. It gets nothing from now on, even before the promise
   * resolves.
   */
  unsubscribe(channel: string, listener: BusListener): Promise<void>;
  /**
   * Claims a key, unless another value holds it. To claim it again does not renew it.
   *
   * @param ttl Milliseconds after which the claim ends, unless it is renewed.
   * @returns The value that holds the key afterwards.
   */
  claim(key: string, value: string, ttl: number): Promise<string>;
  /** The value that holds a key, if any. */
  find(key: string): Promise<string | undefined>;
  /**
   * Sets the time to live of claims anew.
   *
   * @returns For each claim, whether its value held its key. A key that nobody held is not claimed.
   */
  renew(claims: readonly Claim[], ttl: number): Promise<boolean[]>;
  /** Ends a claim, if the value still holds the key. */
  release(key: string, value: string): Promise<void>;
  /** Adds functions that are told of interruptions. */
  watch(watcher: BusWatcher): void;
  /**
   * Ends the bus. Whatever waits for an answer rejects, and so does every later call but `close`. A
   * `publish` under way may do either.
   *
   * @returns Resolves when what was published before is on its way to the others.
   */
  close(): Promise<void>;
}
