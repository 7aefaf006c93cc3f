/**
 * The topics of a server, and the connections that subscribe to them.
 *
 * @module
 */

import { keyOf, textOf } from "../protocol/map_key.ts";
import type { SharedMessage } from "../protocol/message.ts";
import { ownCopy } from "../protocol/own_copy.ts";
import { type Session, sessionKey } from "../session/session.ts";
import type { Connection } from "./connection.ts";

/** The settings that limit topics. */
export interface TopicLimits {
  /** UTF-16 units of a topic's name. */
  readonly maxTopicLength: number;
  /** How many topics a connection may subscribe to. */
  readonly maxSubscriptions: number;
}

/** Options of {@linkcode Server.publish}. */
export interface PublishOptions {
  /** A connection that does not get the message. */
  readonly except?: Connection | undefined;
}

/** The session that does not get a message. Throws if the options are not as they should be. */
export function exceptedBy(options: PublishOptions): Session | undefined {
  const isObject = typeof options === "object" && options !== null;
  const unknown = isObject ? Object.keys(options).find((name) => name !== "except") : undefined;
  if (!isObject || unknown !== undefined) {
    throw new TypeError(
      `Cannot publish: the only option is { except: connection }, got ${unknown ?? typeof options}`,
    );
  }
  const { except } = options;
  const session = except?.[sessionKey];
  if (except !== undefined && session === undefined) {
    throw new TypeError("Cannot publish: except must be one connection");
  }
  return session;
}

/** Passes on to other processes what happens to topics here. */
export interface Relay {
  /** The longest message, in bytes of its frame. */
  readonly maxBytes: number;
  /** A topic has its first subscriber. */
  subscribed(topic: string): void;
  /** A topic has lost its last subscriber. */
  unsubscribed(topic: string): void;
  /** A message was published to a topic; without one, to all connections. */
  publish(topic: string | undefined, message: SharedMessage): void;
}

/** The subscribers to one topic. */
class Subscribers extends Set<Session> {
  /** The one copy of the name that is kept, as a key. */
  readonly key: string;

  constructor(key: string, sessions: Iterable<Session>) {
    super(sessions);
    this.key = key;
  }
}

/** Topics by key, and their keys by session. A topic without subscribers takes no memory. */
export class Topics {
  /** Only in a cluster. */
  relay: Relay | undefined;
  readonly #limits: TopicLimits;
  readonly #subscribers = new Map<string, Subscribers>();
  readonly #subscriptions = new Map<Session, Set<string>>();
  /** The sets of subscribers to which a message is being written. */
  readonly #inUse = new Set<Subscribers>();

  constructor(limits: TopicLimits) {
    this.#limits = limits;
  }

  /** Checks the name of a topic; `method` is for the error. */
  check(method: string, topic: string): void {
    if (typeof topic !== "string") {
      throw new TypeError(`Cannot ${method}: the topic must be a string, got ${typeof topic}`);
    }
    const { maxTopicLength } = this.#limits;
    if (topic.length <= maxTopicLength) return;
    throw new RangeError(
      `Cannot ${method}: the topic has ${topic.length} characters, and maxTopicLength is ${maxTopicLength}`,
    );
  }

  /** Those that have subscribers. */
  get names(): Iterable<string> {
    return Array.from(this.#subscribers.keys(), textOf);
  }

  /** How many connections subscribe to a topic. */
  count(topic: string): number {
    return this.#subscribers.get(keyOf(topic))?.size ?? 0;
  }

  /** The topics to which a session subscribes. */
  of(session: Session): string[] {
    return Array.from(this.#subscriptions.get(session) ?? [], textOf);
  }

  /** Whether a session subscribes to a topic. */
  has(topic: string, session: Session): boolean {
    return this.#subscriptions.get(session)?.has(keyOf(topic)) ?? false;
  }

  /** Adds a subscriber. */
  add(topic: string, session: Session): void {
    let topics = this.#subscriptions.get(session);
    const key = keyOf(topic);
    if (topics?.has(key)) return;
    const { maxSubscriptions } = this.#limits;
    if (topics !== undefined && topics.size >= maxSubscriptions) {
      throw new RangeError(`Cannot subscribe: maxSubscriptions is ${maxSubscriptions}`);
    }
    if (topics === undefined) this.#subscriptions.set(session, topics = new Set());
    const subscribers = this.#changeable(key);
    if (subscribers !== undefined) {
      topics.add(subscribers.key);
      subscribers.add(session);
      return;
    }
    // The name may be a part of a client's message.
    const kept = ownCopy(key);
    topics.add(kept);
    this.#subscribers.set(kept, new Subscribers(kept, [session]));
    this.relay?.subscribed(textOf(kept));
  }

  /** Removes a subscriber. */
  remove(topic: string, session: Session): void {
    const topics = this.#subscriptions.get(session);
    const key = keyOf(topic);
    if (!topics?.delete(key)) return;
    if (topics.size === 0) this.#subscriptions.delete(session);
    this.#removeFrom(key, session);
  }

  /** Removes a subscriber from all topics. */
  removeAll(session: Session): void {
    const topics = this.#subscriptions.get(session);
    if (topics === undefined) return;
    this.#subscriptions.delete(session);
    for (const key of topics) this.#removeFrom(key, session);
  }

  /** Writes a message to those that subscribe here and now, but for one. */
  publish(topic: string, message: SharedMessage, except?: Session): void {
    const subscribers = this.#subscribers.get(keyOf(topic));
    if (subscribers === undefined) return;
    const isFirst = !this.#inUse.has(subscribers);
    if (isFirst) this.#inUse.add(subscribers);
    try {
      for (const session of subscribers) {
        if (session !== except) session.writeShared(message);
      }
    } finally {
      if (isFirst) this.#inUse.delete(subscribers);
    }
  }

  #removeFrom(key: string, session: Session): void {
    const subscribers = this.#changeable(key);
    subscribers?.delete(session);
    if (subscribers?.size !== 0) return;
    this.#subscribers.delete(key);
    this.relay?.unsubscribed(textOf(key));
  }

  /**
   * The subscribers to a topic, as a set that may be changed now. A write may close a connection
   * whose listener subscribes another one, which must not get the message twice.
   */
  #changeable(key: string): Subscribers | undefined {
    const subscribers = this.#subscribers.get(key);
    if (subscribers === undefined || !this.#inUse.has(subscribers)) return subscribers;
    const copy = new Subscribers(subscribers.key, subscribers);
    this.#subscribers.set(copy.key, copy);
    return copy;
  }
}
