/**
 * Freezes the engine of a cluster, restarts it and cuts it off from its clients, at random: the same
 * seed has the same happen.
 *
 * @module
 */

import { type Engine, RedisEngine } from "../../support/engine.ts";
import { sleep } from "../soak/lives.ts";
import type { Random } from "../soak/messages.ts";
import type { Members } from "./members.ts";
import type { Troubles } from "./troubles.ts";

/** What can happen to an engine. */
export type EngineDisruption =
  | "engine frozen"
  | "engine paused"
  | "engine restarted"
  | "engine restarted empty"
  | "subscribers killed";

/** All that happens to it. */
export class EngineDisruptions {
  readonly counts: Partial<Record<EngineDisruption, number>> = {};
  readonly #engine: Engine;
  readonly #troubles: Troubles;
  /** Unless it is restarted, the engine is away for less than that. */
  readonly #answerTimeout: number;
  readonly #random: Random;
  readonly #say: (text: string) => void;
  /** What is yet to come before anything comes again. */
  #next: EngineDisruption[] = [];

  constructor(engine: Engine, members: Members, random: Random, say: (text: string) => void) {
    this.#engine = engine;
    this.#troubles = members.engineTroubles;
    this.#answerTimeout = members.answerTimeout;
    this.#random = random;
    this.#say = say;
  }

  /** Disrupts until so many seconds have passed, and the engine is well again. */
  async run(seconds: number): Promise<void> {
    const end = performance.now() + seconds * 1000;
    for (;;) {
      const pause = this.#answerTimeout * (0.3 + 1.2 * this.#random());
      if (performance.now() + pause > end) break;
      await sleep(pause);
      await this.#disrupt(this.#draw(), this.#random());
    }
  }

  #draw(): EngineDisruption {
    if (this.#next.length === 0) {
      this.#next = ["engine frozen", "engine restarted", "engine restarted empty"];
      if (this.#engine instanceof RedisEngine) {
        this.#next.push("engine paused", "subscribers killed");
      }
    }
    return this.#next.splice(Math.floor(this.#random() * this.#next.length), 1)[0]!;
  }

  /** @param roll From 0 to 1: for how long. */
  async #disrupt(what: EngineDisruption, roll: number): Promise<void> {
    const engine = this.#engine;
    const time = Math.round(this.#answerTimeout * 0.6 * roll);
    this.#say(what === "subscribers killed" ? what : `${what}, ${time} ms`);
    this.counts[what] = (this.counts[what] ?? 0) + 1;
    switch (what) {
      case "engine frozen":
        return await engine.freeze(time);
      case "engine paused":
        return await (engine as RedisEngine).command(`CLIENT PAUSE ${Math.max(1, time)}`);
      case "subscribers killed":
        return await (engine as RedisEngine).command("CLIENT KILL TYPE pubsub");
      case "engine restarted":
      case "engine restarted empty": {
        const trouble = this.#troubles.begin();
        await engine.kill(what === "engine restarted");
        await sleep(time);
        await engine.start();
        trouble.to = performance.now();
      }
    }
  }
}
