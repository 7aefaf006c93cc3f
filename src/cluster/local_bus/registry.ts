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
import { type Answer, checkedAnswer, checkedQuestion, type Question } from "./questions.ts";

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
/**
 * Milliseconds until a new registry answers. By then the last one has looked into the folder and does
 * not answer any more, and all members have looked and know that claims are gone.
 */
const settleTime = 1500;
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
  /** When this member answers if it is the registry, by `performance.now()`. */
  #answersFrom = Infinity;
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
    checkedQuestion(question);
    const end = performance.now() + answerTimeout;
    while (performance.now() < end && !this.#isClosed) {
      const holder = this.#find();
      if (holder === this.#members.id) return this.#answer(question);
      const link = holder === undefined ? undefined : this.#members.links.get(holder);
      const entry = this.#entry;
      const answer = link && await this.#askOver(link, question);
      // What a former registry has answered holds no longer.
      if (answer !== undefined && answer.moved !== true && entry === this.#entry) return answer;
      this.#doubt();
      await new Promise((resolve) => setTimeout(resolve, retryDelay));
    }
    throw new Error(
      this.#isClosed ? "The bus is closed" : "The registry of the bus does not answer",
    );
  }

  /** A question of another member. Throws if it is none. */
  asked(link: Link, body: Buffer): void {
    const { number, text } = readNumbered(body);
    const question = checkedQuestion(JSON.parse(text));
    const isHere = this.#find() === this.#members.id;
    const answer: Answer = isHere ? this.#answer(question) : { moved: true };
    link.send(numberedFrame(kinds.answer, number, JSON.stringify(answer)));
  }

  /** The answer of another member. Throws if it is none. */
  answered(body: Buffer): void {
    const { number, text } = readNumbered(body);
    const answer = checkedAnswer(JSON.parse(text));
    const pending = this.#pending.get(number);
    if (pending === undefined) return;
    this.#pending.delete(number);
    clearTimeout(pending.timer);
    pending.resolve(answer);
  }

  /** A link is gone, and with it the answers that should have come over it. */
  gone(link: Link): void {
    for (const [number, pending] of this.#pending) {
      if (pending.link !== link) continue;
      this.#pending.delete(number);
      clearTimeout(pending.timer);
      pending.reject(new Error("The registry of the bus is gone; whether it has acted is unknown"));
    }
    if (link.peer === this.#entry?.id) this.#doubt();
  }

  /** What the folder says. */
  looked(found: RegistryEntry | undefined): void {
    this.#checkedAt = performance.now();
    const known = this.#entry;
    if (known === undefined || found !== undefined && found.number > known.number) {
      if (found !== undefined) this.#set(found);
    } else if (known.id === this.#members.id && !isSame(found, known)) this.#restore(known);
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
    if (!this.#isTrusted) this.#members.look();
    // The folder cannot be read.
    if (!this.#isTrusted) return undefined;
    const id = this.#entry?.id;
    if (id === own) return performance.now() < this.#answersFrom ? undefined : own;
    if (id !== undefined && links.has(id)) return id;
    if (id !== undefined && !this.#members.hasEnded(id)) return undefined;
    this.#become((this.#entry?.number ?? 0) + 1);
    return undefined;
  }

  get #isTrusted(): boolean {
    return performance.now() - this.#checkedAt <= trusted;
  }

  /** Looks into the folder before the next answer, but not more often than it makes sense. */
  #doubt(): void {
    this.#checkedAt = Math.min(this.#checkedAt, performance.now() - trusted + retryDelay);
  }

  /** Its file was deleted, and another member may have begun anew. A higher number wins. */
  #restore({ number }: RegistryEntry): void {
    this.#members.warn("The registry file of the bus was missing, and is put back");
    this.#become(number + 1);
  }

  #become(number: number): void {
    const { id } = this.#members;
    try {
      if (!this.#folder.becomeRegistry(id, number)) return this.#doubt();
    } catch (error) {
      return this.#members.warn(this.#folder.explain("Cannot keep the claims of the bus", error));
    }
    this.#set({ number, id });
  }

  #set(entry: RegistryEntry): void {
    const before = this.#entry;
    this.#entry = entry;
    if (entry.id === this.#members.id) this.#answersFrom = performance.now() + settleTime;
    if (before === undefined || before.id === entry.id) return;
    if (before.id === this.#members.id) this.#claims.clear();
    this.#changed();
  }

  #answer(question: Question): Answer {
    const claims = this.#claims;
    switch (question.do) {
      case "claim":
        return { holder: claims.claim(question.key, question.value, question.ttl) };
      case "find":
        return { holder: claims.find(question.key) };
      case "renew": {
        const { ttl } = question;
        return { renewed: question.claims.map(([key, value]) => claims.renew(key, value, ttl)) };
      }
      case "release":
        claims.release(question.key, question.value);
        return {};
    }
  }

  #askOver(link: Link, question: Question): Promise<Answer> {
    this.#lastNumber = (this.#lastNumber + 1) % 2 ** 32;
    const number = this.#lastNumber;
    const frame = numberedFrame(kinds.request, number, JSON.stringify(question));
    if (frame.length > this.#members.maxFrame) throw new RangeError("Too many or too long keys");
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(number);
        reject(
          new Error("The registry of the bus does not answer; whether it has acted is unknown"),
        );
      }, answerTimeout);
      this.#pending.set(number, { link, resolve, reject, timer });
      link.send(frame);
    });
  }
}

function isSame(one: RegistryEntry | undefined, other: RegistryEntry): boolean {
  return one?.number === other.number && one.id === other.id;
}
