/**
 * Topics and broadcasts across the processes of a cluster.
 *
 * @module
 */

import { createHash, randomBytes } from "node:crypto";
import { setImmediate } from "node:timers";
import { keyOf, textOf } from "../protocol/map_key.ts";
import { SharedMessage } from "../protocol/message.ts";
import { ownCopy } from "../protocol/own_copy.ts";
import { attempt, callSafely } from "./attempt.ts";
import type { Bus, BusWatcher } from "./bus.ts";
import { Gaps } from "./gaps.ts";
import type { Topic } from "./topic_queue.ts";
import { TopicSubscriptions } from "./topic_subscriptions.ts";

/** What it needs of its server. */
export interface ClusterMember {
  /**
   * Gives a message of another process to the subscribers of a topic; without one, to all
   * connections. Returns whether it could.
   */
  deliver(topic: string | undefined, message: SharedMessage): boolean;
  /** Messages may have been missed, here or elsewhere. */
  gap(): void;
  /** Something that an operator should know. */
  warnOnce(message: string): void;
  /** A call of the bus has failed, with whatever it threw. */
  busFailed(call: string, error: unknown): void;
}

/** If more characters wait for the bus at the end of a turn, further messages are dropped. */
const maxPending = 16 * 1024 * 1024;
/** How many channels are kept for topics that are published to. */
const keptChannels = 1000;

/** Passes messages between this server and all others of the same name. */
export class ClusterTopics {
  readonly #bus: Bus;
  readonly #member: ClusterMember;
  /** What the names of all channels begin with. */
  readonly #start: string;
  /**
   * What this server's messages begin with: a line of JSON with its random id. What follows the line is
   * the message, as a JSON string, or `null`: messages are missing. Later versions may add fields, but
   * never change this.
   */
  readonly #ownLine = `${JSON.stringify({ from: randomBytes(16).toString("hex") })}\n`;
  readonly #subscriptions: TopicSubscriptions;
  readonly #channels = new Map<string, string>();
  /** Characters that the bus has not taken yet. */
  #pending = 0;
  /** Whether they were too many at the end of a turn of the event loop, and still are. */
  #isFull = false;
  readonly #gaps: Gaps;
  #isClosed = false;

  constructor(bus: Bus, name: string, member: ClusterMember) {
    this.#bus = bus;
    this.#member = member;
    this.#start = `sj:${name}:`;
    this.#subscriptions = new TopicSubscriptions(bus, {
      channelOf: (topic) => this.#channelOf(topic),
      received: (topic, payload) => this.#received(topic, payload),
      failed: (call, error) => this.#failed(call, error),
    });
    const broadcast = this.#channelOf(undefined);
    this.#gaps = new Gaps(
      () => member.gap(),
      () => attempt(() => bus.publish(broadcast, `${this.#ownLine}null`)),
    );
    const watcher: BusWatcher = {
      back: ({ missedMessages }) => {
        if (missedMessages) this.#gaps.here();
        this.#subscriptions.retry();
      },
    };
    callSafely(() => bus.watch(watcher), (error) => this.#failed("watch", error));
    this.subscribed(undefined);
  }

  /** A topic has its first subscriber here. */
  subscribed(name: string | undefined): void {
    if (!this.#isClosed) this.#subscriptions.add(topicOf(name));
  }

  /** A topic has lost its last subscriber here. */
  unsubscribed(name: string | undefined): void {
    this.#subscriptions.remove(topicOf(name));
  }

  /** Sends a message to the other servers; without a topic, for all their connections. */
  publish(name: string | undefined, message: SharedMessage): void {
    if (this.#isClosed) return;
    // What a listener for gaps publishes causes no gap, or it would be called for ever.
    const isAnswer = this.#gaps.isTelling;
    if (this.#isFull) return this.#gaps.everywhere(isAnswer);
    const payload = this.#ownLine + message.framed.text;
    const wasMuch = this.#pending > maxPending;
    this.#pending += payload.length;
    if (!wasMuch && this.#pending > maxPending) setImmediate(this.#lookWhetherFull);
    attempt(() => this.#bus.publish(this.#channelOf(topicOf(name)), payload)).then(
      () => this.#settled(payload),
      (error) => {
        this.#settled(payload);
        this.#failed("publish to", error);
        this.#gaps.everywhere(isAnswer);
      },
    );
  }

  /** Leaves all topics. The bus itself stays open. */
  close(): void {
    this.#isClosed = true;
    this.#gaps.close();
    this.#subscriptions.close();
  }

  /** At the end of a turn: the bus may take at once whatever is published in it. */
  readonly #lookWhetherFull = () => {
    this.#isFull = this.#pending > maxPending;
  };

  #settled(payload: string): void {
    this.#pending -= payload.length;
    if (this.#pending <= maxPending) this.#isFull = false;
  }

  #received(topic: Topic, payload: unknown): void {
    if (this.#isClosed) return;
    const text = typeof payload === "string" ? payload : "";
    if (text.startsWith(this.#ownLine)) return;
    const json = text.slice(text.indexOf("\n") + 1 || text.length);
    if (json === "null") return this.#gaps.here();
    const message = SharedMessage.received(json);
    if (message === undefined) {
      this.#member.warnOnce("A message on the bus was not understood, and dropped");
    } else if (!this.#member.deliver(topic && textOf(topic), message)) {
      this.#gaps.here();
    }
  }

  /** The name is hashed: names may be long, may have any characters, and may be secret. */
  #channelOf(topic: Topic): string {
    if (topic === undefined) return `${this.#start}b`;
    const known = this.#subscriptions.channelOf(topic) ?? this.#channels.get(topic);
    if (known !== undefined) return known;
    const digest = createHash("sha256").update(JSON.stringify(textOf(topic))).digest("hex").slice(
      0,
      32,
    );
    const channel = `${this.#start}t:${digest}`;
    if (this.#channels.size >= keptChannels) this.#channels.clear();
    this.#channels.set(ownCopy(topic), channel);
    return channel;
  }

  #failed(call: string, error: unknown): void {
    if (!this.#isClosed) this.#member.busFailed(call, error);
  }
}

function topicOf(name: string | undefined): Topic {
  return name === undefined ? undefined : keyOf(name);
}
