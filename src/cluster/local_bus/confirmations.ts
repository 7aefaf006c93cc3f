/**
 * Confirmations that all other members of a local bus know of a subscription.
 *
 * @module
 */

import { kinds, numberedFrame } from "./bus_frames.ts";
import type { Link } from "./member_link.ts";

/** Members that have to confirm a subscription. */
interface Unconfirmed {
  readonly links: Set<Link>;
  resolve(): void;
}

/** Asks for confirmations, and waits for them. */
export class Confirmations {
  readonly #timeout: number;
  readonly #unconfirmed = new Map<number, Unconfirmed>();
  #lastNumber = 0;

  /** @param timeout Milliseconds after which links that have not confirmed are ended. */
  constructor(timeout: number) {
    this.#timeout = timeout;
  }

  /** Resolves when each of the links has confirmed a subscription, or is gone. */
  async ask(channel: string, all: Iterable<Link>): Promise<void> {
    const links = new Set(all);
    if (links.size === 0) return;
    this.#lastNumber = this.#lastNumber % (2 ** 32 - 1) + 1;
    const number = this.#lastNumber;
    const frame = numberedFrame(kinds.subscribe, number, channel);
    // It keeps the process until then.
    const timer = setTimeout(() => {
      for (const link of links) link.destroy();
    }, this.#timeout);
    const confirmed = new Promise<void>((resolve) => {
      this.#unconfirmed.set(number, { links, resolve });
    });
    for (const link of links) link.send(frame);
    await confirmed;
    clearTimeout(timer);
  }

  confirmed(number: number, link: Link): void {
    const entry = this.#unconfirmed.get(number);
    if (!entry?.links.delete(link) || entry.links.size > 0) return;
    this.#unconfirmed.delete(number);
    entry.resolve();
  }

  /** A link is gone, and confirms no more. */
  gone(link: Link): void {
    for (const number of this.#unconfirmed.keys()) this.confirmed(number, link);
  }

  /** Ends all waiting. */
  close(): void {
    for (const { resolve } of this.#unconfirmed.values()) resolve();
    this.#unconfirmed.clear();
  }
}
