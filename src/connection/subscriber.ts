/**
 * What a connection does with topics.
 *
 * @module
 */

import { OPEN } from "../protocol/ready_state.ts";
import { type Session, sessionKey } from "../session/session.ts";
import type { ConnectionEvents } from "./connection_events.ts";
import { Emitter } from "./emitter.ts";
import type { OpenConnections } from "./open_connections.ts";

/** What it needs of the server's connections. */
type Publishing = Pick<OpenConnections<unknown>, "topics" | "publish">;

/** A connection that can subscribe to topics and publish to them. */
export abstract class Subscriber extends Emitter<ConnectionEvents> {
  readonly #connections: Publishing;

  /** @ignore */
  abstract get [sessionKey](): Session;

  /** @ignore */
  constructor(connections: Publishing) {
    super();
    this.#connections = connections;
  }

  /**
   * Subscribes to a topic: from now on, the client gets what is published to it. A connection leaves
   * all topics when it ends. Does nothing if it subscribes already, or is not open.
   *
   * @throws {TypeError} If the topic is not a string.
   * @throws {RangeError} If the topic is longer than `maxTopicLength`, or if the connection would
   * have more topics than `maxSubscriptions`.
   */
  subscribe(topic: string): void {
    const { topics } = this.#connections;
    topics.check("subscribe", topic);
    const session = this[sessionKey];
    if (session.readyState === OPEN) topics.add(topic, session);
  }

  /** Takes `subscribe` back. Does nothing if the connection does not subscribe to the topic. */
  unsubscribe(topic: string): void {
    this.#connections.topics.remove(topic, this[sessionKey]);
  }

  /** Whether the connection subscribes to a topic. */
  isSubscribed(topic: string): boolean {
    return this.#connections.topics.has(topic, this[sessionKey]);
  }

  /** The topics to which the connection subscribes, in the order of `subscribe`. */
  get subscriptions(): string[] {
    return this.#connections.topics.of(this[sessionKey]);
  }

  /**
   * Sends a message to all subscribers of a topic but this connection, which need not be one of
   * them. See {@linkcode Server.publish}.
   *
   * @throws {TypeError} If the topic or the message is not a string.
   * @throws {RangeError} If the topic is longer than `maxTopicLength`, or if the message alone is
   * larger than `maxBufferedBytes`, or than the bus of the cluster takes. It is not sent.
   */
  publish(topic: string, message: string): void {
    this.#connections.publish(topic, message, this[sessionKey]);
  }
}
