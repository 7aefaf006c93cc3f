/**
 * The registry of a local bus: one member keeps the claims of all, and another one takes over if it
 * ends.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { Claims } from "./claims.ts";
import type { Folder, RegistryEntry } from "./folder.ts";
import { kinds, numberedFrame, readNumbered } from "./bus_frames.ts";
import type { Link } from "./member_link.ts";
import type { Members } from "./members.ts";

/** What a member asks of the registry, as JSON. */
export type Question =
  | { do: "claim"; key: string; value: string; ttl: number }
  | { do: "find"; key: string }
  | { do: "renew"; keys: readonly string[]; value: string; ttl: number }
  | { do: "release"; key: string; value: string };

/** The answer, as JSON: a holder, or whether each claim was renewed; or that it is not the registry. */
export type Answer = { holder?: string | undefined; renewed?: boolean[]; moved?: true };

/** A question under way. */
interface Pending {
  readonly link: Link;
  resolve(answer: Answer): void;
  reject(error: Error): void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Milliseconds until a question that got no answer fails. */
const answerTimeout = 3000;
/** Milliseconds for which a look into the folder holds: after a longer time, the registry makes sure. */
const trusted = 1000;
/** Milliseconds between two attempts to find the registry. */
const retryDelay = 20;

/** Asks the registry, or is it. */
export class Registry {
  readonly #members: Members;
  readonly #folder: Folder;
  readonly #changed: () => void;
  readonly #claims = new Claims();
  readonly #pending = new Map<number, Pending>();
  #entry: RegistryEntry | undefined;
  #checkedAt = -Infinity;
  #lastNumber = 0;
  #isClosed = false;

  /** @param changed is called when claims may be gone, as another member is the registry now. */
  constructor(members: Members, folder: Folder, changed: () => void) {
    this.#members = members;
    this.#folder = folder;
    this.#changed = changed;
  }

  /** Asks it a question. */
  async ask(question: Question): Promise<Answer> {
    const end = performance.now() + answerTimeout;
    while (performance.now() < end && !this.#isClosed) {
      const holder = this.#find();
      if (holder === this.#members.id) return this.#answer(question);
      const link = holder === undefined ? undefined : this.#members.links.get(holder);
      const answer = link && await this.#askOver(link, question);
      if (answer !== undefined && answer.moved !== true) return answer;
      this.#checkedAt = -Infinity;
      await new Promise((resolve) => setTimeout(resolve, retryDelay));
    }
    throw new Error(
      this.#isClosed ? "The bus is closed" : "The registry of the bus does not answer",
    );
  }

  /** A question of another member. */
  asked(link: Link, body: Buffer): void {
    const { number, text } = readNumbered(body);
    const isHere = this.#find() === this.#members.id;
    const answer = isHere ? this.#answer(JSON.parse(text)) : { moved: true };
    link.send(numberedFrame(kinds.answer, number, JSON.stringify(answer)));
  }

  /** The answer of another member. */
  answered(body: Buffer): void {
    const { number, text } = readNumbered(body);
    const pending = this.#pending.get(number);
    if (pending === undefined) return;
    this.#pending.delete(number);
    clearTimeout(pending.timer);
    pending.resolve(JSON.parse(text));
  }

  /** A link is gone, and with it the answers that should have come over it. */
  gone(link: Link): void {
    for (const [number, pending] of this.#pending) {
      if (pending.link !== link) continue;
      this.#pending.delete(number);
      clearTimeout(pending.timer);
      pending.reject(new Error("The registry of the bus is gone; whether it has acted is unknown"));
    }
    if (link.peer === this.#entry?.id) this.#checkedAt = -Infinity;
  }

  /** What the folder says. */
  looked(entry: RegistryEntry | undefined): void {
    this.#checkedAt = performance.now();
    const before = this.#entry;
    if (entry?.number === before?.number) return;
    this.#entry = entry;
    if (before?.id === this.#members.id) this.#claims.clear();
    if (before !== undefined) this.#changed();
  }

  /** Forgets the claims that have ended. */
  sweep(): void {
    this.#claims.sweep();
  }

  close(): void {
    this.#isClosed = true;
    for (const { timer, reject } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new Error("The bus is closed"));
    }
    this.#pending.clear();
  }

  /** Who is the registry: this member if the last one has ended. `undefined` if that is not clear yet. */
  #find(): string | undefined {
    const { id: own, links } = this.#members;
    if (performance.now() - this.#checkedAt > trusted) this.#look();
    const id = this.#entry?.id;
    if (id === own || id !== undefined && links.has(id)) return id;
    if (id !== undefined && !this.#members.hasEnded(id)) return undefined;
    this.#folder.becomeRegistry(own, (this.#entry?.number ?? 0) + 1);
    this.#look();
    return this.#entry?.id === own ? own : undefined;
  }

  #look(): void {
    this.looked(this.#folder.list().registry);
  }

  #answer(question: Question): Answer {
    const claims = this.#claims;
    switch (question.do) {
      case "claim":
        return { holder: claims.claim(question.key, question.value, question.ttl) };
      case "find":
        return { holder: claims.find(question.key) };
      case "renew": {
        const { keys, value, ttl } = question;
        return { renewed: keys.map((key) => claims.renew(key, value, ttl)) };
      }
      case "release":
        claims.release(question.key, question.value);
        return {};
    }
  }

  #askOver(link: Link, question: Question): Promise<Answer> {
    this.#lastNumber = (this.#lastNumber + 1) % 2 ** 32;
    const number = this.#lastNumber;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(number);
        reject(
          new Error("The registry of the bus does not answer; whether it has acted is unknown"),
        );
      }, answerTimeout);
      this.#pending.set(number, { link, resolve, reject, timer });
      link.send(numberedFrame(kinds.request, number, JSON.stringify(question)));
    });
  }
}
