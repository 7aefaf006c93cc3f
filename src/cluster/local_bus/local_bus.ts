/**
 * The embedded bus: connects the servers of one machine by local sockets, without an engine.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers";
import { callSafely } from "../attempt.ts";
import type { Bus, BusListener, BusWatcher, Claim } from "../bus.ts";
import { defaultFolder, Folder } from "./folder.ts";
import {
  joined,
  kinds,
  maxChannel,
  messageFrame,
  readMessage,
  readNumbered,
  textFrame,
} from "./bus_frames.ts";
import type { Link } from "./member_link.ts";
import { Members, type MembersListener } from "./members.ts";
import { ByChannel, forEachPresent } from "./by_channel.ts";
import { Confirmations } from "./confirmations.ts";
import { checkedOptions, type LocalBusOptions, maxPayload } from "./local_bus_options.ts";
import type { RegistryEntry } from "./folder.ts";
import type { Answer, Question } from "./questions.ts";
import { Registry } from "./registry.ts";

export type { LocalBusOptions };

/** Milliseconds after which joining ends, whoever has not answered by then. */
const joinTimeout = 3000;

/**
 * Makes a bus for all processes of one machine that run as the same user. It connects them by
 * sockets in a private folder. It does not keep the process alive.
 *
 * @throws {TypeError} If the name is missing.
 * @throws {RangeError} If a number is out of its range.
 * @throws {Error} On Windows; or if the folder cannot be made, or other users have access to it.
 */
export function localBus(options: LocalBusOptions): Bus {
  return new LocalBus(options);
}

class LocalBus implements Bus, MembersListener {
  readonly maxPayload: number = maxPayload;
  readonly #confirmations: Confirmations;
  readonly #log: (message: string) => void;
  readonly #members: Members;
  readonly #registry: Registry;
  readonly #joined: Promise<void>;
  readonly #listeners = new ByChannel<BusListener>();
  readonly #subscribers = new ByChannel<Link>();
  readonly #watchers = new Set<BusWatcher>();
  /** Links whose subscriptions are all known. */
  readonly #ready = new Set<Link>();
  /** What was published before this member had joined. Absent from then on. */
  #early: (() => void)[] | undefined = [];
  #endJoining: () => void = () => {};
  /** Own messages for own listeners. */
  #echoes: { channel: string; payload: string }[] = [];
  #isClosed = false;
  #ended: Promise<void> | undefined;

  constructor(options: LocalBusOptions) {
    const { peerTimeout, maxQueued } = checkedOptions(options);
    const { name, folder, log } = options;
    // No link stays longer without a confirmation.
    this.#confirmations = new Confirmations(2 * peerTimeout);
    this.#log = log ?? ((message) => console.error(message));
    const place = new Folder(folder ?? defaultFolder(name));
    const settings = { maxFrame: maxPayload + maxChannel + 64, maxQueued, peerTimeout };
    this.#members = new Members(place, place.secret(), settings, this);
    this.#registry = new Registry(this.#members, place, () => this.#back(false, true));
    this.#joined = this.#join();
  }

  publish(channel: string, payload: string): Promise<number> {
    return new Promise((resolve, reject) => {
      const send = () => {
        try {
          resolve(this.#publish(channel, payload));
        } catch (error) {
          reject(error);
        }
      };
      if (this.#early === undefined) send();
      else this.#early.push(send);
    });
  }

  async subscribe(channel: string, listener: BusListener): Promise<void> {
    this.#check(channel);
    this.#listeners.add(channel, listener);
    await this.#joined;
    this.#check(channel);
    // Also for a later listener: the first one may not be confirmed yet.
    if (this.#listeners.of(channel) === undefined) return;
    await this.#confirmations.ask(channel);
    if (this.#isClosed) throw new Error("The bus is closed");
  }

  unsubscribe(channel: string, listener: BusListener): Promise<void> {
    if (this.#listeners.remove(channel, listener)) {
      const frame = textFrame(kinds.unsubscribe, channel);
      for (const link of this.#members.links.values()) link.send(frame);
    }
    return Promise.resolve();
  }

  async claim(key: string, value: string, ttl: number): Promise<string> {
    const { holder } = await this.#ask({ do: "claim", key, value, ttl });
    return holder ?? value;
  }

  async find(key: string): Promise<string | undefined> {
    return (await this.#ask({ do: "find", key })).holder;
  }

  async renew(claims: readonly Claim[], ttl: number): Promise<boolean[]> {
    return (await this.#ask({ do: "renew", claims, ttl })).renewed ?? [];
  }

  async release(key: string, value: string): Promise<void> {
    await this.#ask({ do: "release", key, value });
  }

  watch(watcher: BusWatcher): void {
    this.#watchers.add(watcher);
  }

  close(): Promise<void> {
    if (this.#ended !== undefined) return this.#ended;
    this.#isClosed = true;
    this.#registry.close();
    this.#ended = this.#members.close();
    this.#endJoining();
    this.#confirmations.close();
    return this.#ended;
  }

  linked(link: Link): void {
    this.#confirmations.linked(link, this.#listeners.channels);
    link.send(textFrame(kinds.ready, this.#early === undefined ? joined : ""));
  }

  frame(link: Link, kind: number, body: Buffer): void {
    try {
      this.#take(link, kind, body);
    } catch (error) {
      this.#members.warnOf("A member of the bus has sent what it must not", error);
      link.destroy();
    }
  }

  #take(link: Link, kind: number, body: Buffer): void {
    switch (kind) {
      case kinds.message:
        return this.#received(body);
      case kinds.subscribe: {
        const { number, text } = readNumbered(body);
        this.#subscribers.add(text, link);
        return this.#confirmations.confirm(number, link);
      }
      case kinds.confirm:
        return this.#confirmations.confirmed(readNumbered(body).number, link);
      case kinds.unsubscribe:
        this.#subscribers.remove(body.toString(), link);
        return;
      case kinds.ready:
        this.#ready.add(link);
        // What both published before they had this link is lost.
        if (this.#early === undefined && body.toString() === joined) {
          link.send(textFrame(kinds.dropped));
        }
        return this.#lookWhetherJoined();
      case kinds.dropped:
        return this.#back(true, false);
      case kinds.request:
        return this.#registry.asked(link, body);
      case kinds.answer:
        return this.#registry.answered(body);
    }
  }

  gone(link: Link): void {
    // Callers that have proved nothing cost nothing here.
    if (link.isLinked) {
      this.#ready.delete(link);
      this.#subscribers.removeAll(link);
      this.#confirmations.gone(link);
      this.#registry.gone(link);
      // What it had not sent yet is lost.
      if (!link.hasLeft) this.#back(true, false);
    }
    // Not at once: a call may be gone because the other member calls, too.
    if (this.#early !== undefined) setImmediate(() => this.#lookWhetherJoined());
  }

  looked(registry: RegistryEntry | undefined): void {
    this.#registry.looked(registry);
    this.#registry.sweep();
  }

  warn(message: string): void {
    // There is no other place to tell what it throws.
    callSafely(() => this.#log(message), () => {});
  }

  async #join(): Promise<void> {
    await this.#members.join();
    const timer = setTimeout(() => this.#endJoining(), joinTimeout);
    await new Promise<void>((resolve) => {
      this.#endJoining = resolve;
      this.#lookWhetherJoined();
    });
    clearTimeout(timer);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const send of early) send();
  }

  #lookWhetherJoined(): void {
    if (this.#early === undefined || this.#members.isCalling) return;
    for (const link of this.#members.links.values()) if (!this.#ready.has(link)) return;
    this.#endJoining();
  }

  #publish(channel: string, payload: string): number {
    this.#check(channel);
    let count = 0;
    if (this.#listeners.of(channel) !== undefined) {
      count++;
      if (this.#echoes.push({ channel, payload }) === 1) queueMicrotask(() => this.#echo());
    }
    const links = this.#subscribers.of(channel);
    if (links === undefined && payload.length * 3 <= maxPayload) return count;
    const bytes = Buffer.byteLength(payload);
    if (bytes > maxPayload) {
      throw new RangeError(`Cannot publish: the payload has ${bytes} bytes, at most ${maxPayload}`);
    }
    const frame = messageFrame(channel, payload);
    for (const link of links ?? []) if (link.sendMessage(frame)) count++;
    return count;
  }

  #check(channel: string): void {
    if (this.#isClosed) throw new Error("The bus is closed");
    if (typeof channel === "string" && channel.length * 3 <= maxChannel) return;
    throw new TypeError(`A channel must be a string of at most ${maxChannel / 3 | 0} characters`);
  }

  /** In the next microtask, so that what a listener publishes comes after what it got. */
  #echo(): void {
    for (let at = 0; at < this.#echoes.length; at++) {
      const { channel, payload } = this.#echoes[at]!;
      this.#deliver(channel, payload);
    }
    this.#echoes = [];
  }

  #received(body: Buffer): void {
    const { channel, payload } = readMessage(body);
    this.#deliver(channel, payload);
  }

  #deliver(channel: string, payload: string): void {
    if (this.#isClosed) return;
    const failed = (error: unknown) => this.#members.warnOf("A listener of the bus failed", error);
    forEachPresent(
      this.#listeners.of(channel),
      (listener) => callSafely(() => listener(payload), failed),
    );
  }

  async #ask(question: Question): Promise<Answer> {
    await this.#joined;
    return await this.#registry.ask(question);
  }

  #back(missedMessages: boolean, lostClaims: boolean): void {
    if (this.#isClosed) return;
    const failed = (error: unknown) => this.#members.warnOf("A watcher of the bus failed", error);
    forEachPresent(
      this.#watchers,
      (watcher) => callSafely(() => watcher.back?.({ missedMessages, lostClaims }), failed),
    );
  }
}
