/**
 * Kills, freezes and ends members at random: the same seed has the same happen.
 *
 * @module
 */

import { sleep } from "../soak/lives.ts";
import type { Random } from "../soak/messages.ts";
import { type Disruption, type Members, runtimes } from "./members.ts";

/** One disruption. The times are ms. */
interface Step {
  /** Since the former one. */
  readonly after: number;
  readonly what: Disruption;
  /** Which member. */
  readonly at: number;
  /** How long a member stands still, or is not there. */
  readonly time: number;
  /** How long until the balancer takes notice. */
  readonly noticed: number;
}

/** All that happens to members. */
export class Disruptions {
  /** The member that is only frozen, so that it is there to the end. */
  readonly spared: number;
  readonly #members: Members;
  readonly #random: Random;
  readonly #say: (text: string) => void;
  readonly #busy = new Set<number>();
  readonly #underWay = new Set<Promise<void>>();
  #isOver = false;

  constructor(members: Members, random: Random, say: (text: string) => void) {
    this.#members = members;
    this.#random = random;
    this.#say = say;
    this.spared = Math.floor(random() * runtimes.length);
  }

  /** Disrupts until so many seconds have passed, and all members are well again. */
  async run(seconds: number): Promise<void> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const step = this.#draw();
      if (performance.now() + step.after > end) break;
      await sleep(step.after);
      if (this.#isOver) break;
      // Another one still happens to it.
      if (this.#busy.has(step.at)) continue;
      this.#begin(step);
    }
    await Promise.all(this.#underWay);
  }

  /** Has no other follow. */
  stop(): void {
    this.#isOver = true;
  }

  #draw(): Step {
    const random = this.#random;
    const { peerTimeout } = this.#members;
    const at = Math.floor(random() * runtimes.length);
    const roll = random();
    const isShort = random() < 0.4;
    const length = random();
    const what = at === this.spared || roll < 0.45 ? "freeze" : roll < 0.8 ? "kill" : "end";
    return {
      // Now and then, two at once.
      after: random() < 0.2 ? 0 : peerTimeout * (0.5 + 1.5 * random()),
      what,
      at,
      time: what !== "freeze"
        ? length * 2000
        : peerTimeout * (isShort ? 0.2 + 0.6 * length : 1.1 + length),
      noticed: random() * 500,
    };
  }

  #begin({ what, at, time, noticed }: Step): void {
    const { name } = this.#members.current[at]!;
    this.#say(`${what} ${name}, ${Math.round(time)} ms`);
    this.#busy.add(at);
    const done =
      (what === "freeze"
        ? this.#members.freeze(at, time, noticed)
        : this.#members.replace(at, what, noticed, time)).finally(() => {
          this.#busy.delete(at);
          this.#underWay.delete(done);
        });
    this.#underWay.add(done);
  }
}
