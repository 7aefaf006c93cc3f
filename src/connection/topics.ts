/**
 * The topics of a server, and the connections that subscribe to them.
 *
 * @module
 */

import type { SharedMessage } from "../protocol/message.ts";
import { ownCopy } from "../protocol/own_copy.ts";
import type { Session } from "../session/session.ts";
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
  /** The one copy of the name that is kept. */
  readonly topic: string;

  constructor(topic: string, sessions: Iterable<Session>) {
    super(sessions);
    this.topic = topic;
  }
}

/** Topics by name, and subscribers by session. A topic without subscribers takes no memory. */
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
    return this.#subscribers.keys();
  }

  /** How many connections subscribe to a topic. */
  count(topic: string): number {
    return this.#subscribers.get(topic)?.size ?? 0;
  }

  /** The topics to which a session subscribes. */
  of(session: Session): ReadonlySet<string> | undefined {
    return this.#subscriptions.get(session);
  }

  /** Adds a subscriber. */
  add(topic: string, session: Session): void {
    let topics = this.#subscriptions.get(session);
    if (topics?.has(topic)) return;
    const { maxSubscriptions } = this.#limits;
    if (topics !== undefined && topics.size >= maxSubscriptions) {
      throw new RangeError(`Cannot subscribe: maxSubscriptions is ${maxSubscriptions}`);
    }
    if (topics === undefined) this.#subscriptions.set(session, topics = new Set());
    const subscribers = this.#changeable(topic);
    if (subscribers !== undefined) {
      topics.add(subscribers.topic);
      subscribers.add(session);
      return;
    }
    // The name may be a part of a client's message.
    const name = ownCopy(topic);
    topics.add(name);
    this.#subscribers.set(name, new Subscribers(name, [session]));
    this.relay?.subscribed(name);
  }

  /** Removes a subscriber. */
  remove(topic: string, session: Session): void {
    const topics = this.#subscriptions.get(session);
    if (!topics?.delete(topic)) return;
    if (topics.size === 0) this.#subscriptions.delete(session);
    this.#removeFrom(topic, session);
  }

  /** Removes a subscriber from all topics. */
  removeAll(session: Session): void {
    const topics = this.#subscriptions.get(session);
    if (topics === undefined) return;
    this.#subscriptions.delete(session);
    for (const topic of topics) this.#removeFrom(topic, session);
  }

  /** Writes a message to those that subscribe here and now, but for one. */
  publish(topic: string, message: SharedMessage, except?: Session): void {
    const subscribers = this.#subscribers.get(topic);
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

  #removeFrom(topic: string, session: Session): void {
    const subscribers = this.#changeable(topic);
    subscribers?.delete(session);
    if (subscribers?.size !== 0) return;
    this.#subscribers.delete(topic);
    this.relay?.unsubscribed(topic);
  }

  /**
   * The subscribers to a topic, as a set that may be changed now. A write may close a connection
   * whose listener subscribes another one, which must not get the message twice.
   */
  #changeable(topic: string): Subscribers | undefined {
    const subscribers = this.#subscribers.get(topic);
    if (subscribers === undefined || !this.#inUse.has(subscribers)) return subscribers;
    const copy = new Subscribers(subscribers.topic, subscribers);
    this.#subscribers.set(copy.topic, copy);
    return copy;
  }
}
