/**
 * Connects a server's topics with the other processes of its cluster.
 *
 * @module
 */

import type { ClusterTopics } from "../cluster/cluster_topics.ts";
import type { OpenConnections } from "../connection/open_connections.ts";
import type { Relay } from "../connection/topics.ts";
import type { ClusterOptions } from "../options/cluster_options.ts";
import type { SharedMessage } from "../protocol/message.ts";
import { type ErrorReporter, shortText } from "./error_reporter.ts";

const tooLarge =
  "A message of another server is larger than this server's maxBufferedBytes, and dropped";

/** Loads the code for clusters, which servers without one do not need. Until then, messages wait. */
export class ClusterRelay<Context> implements Relay {
  readonly #bus: ClusterOptions["bus"];
  #topics: ClusterTopics | undefined;
  /** What was published before the code was loaded. */
  #early: [topic: string | undefined, message: SharedMessage][] = [];
  #isClosed = false;

  /** @param gap is called when messages may have been missed. */
  constructor(
    { bus, name }: ClusterOptions,
    connections: OpenConnections<Context>,
    errors: ErrorReporter,
    gap: () => void,
  ) {
    this.#bus = bus;
    connections.topics.relay = this;
    import("../cluster/cluster_topics.ts").then(({ ClusterTopics }) => {
      if (this.#isClosed) return;
      const topics = new ClusterTopics(bus, name, {
        deliver: (topic, message) => {
          const isTaken = connections.received(topic, message);
          if (!isTaken) errors.warnOnce(tooLarge);
          return isTaken;
        },
        warnOnce: (message) => errors.warnOnce(message),
        busFailed: (call, error) => errors.warnOnce(`Cannot ${call} the bus: ${shortText(error)}`),
        gap,
      });
      for (const topic of connections.topics.names) topics.subscribed(topic);
      for (const [topic, message] of this.#early) topics.publish(topic, message);
      this.#early = [];
      this.#topics = topics;
    }).catch((error) => {
      this.close();
      errors.report(error);
    });
  }

  get maxBytes(): number {
    // The rest is for what stands before each message.
    return this.#bus.maxPayload - 256;
  }

  subscribed(topic: string): void {
    this.#topics?.subscribed(topic);
  }

  unsubscribed(topic: string): void {
    this.#topics?.unsubscribed(topic);
  }

  publish(topic: string | undefined, message: SharedMessage): void {
    if (this.#topics !== undefined) this.#topics.publish(topic, message);
    else if (!this.#isClosed) this.#early.push([topic, message]);
  }

  close(): void {
    this.#isClosed = true;
    this.#early = [];
    this.#topics?.close();
  }
}
