/**
 * Two ends of a link on a faulty bus, and what must be true of them whatever happens.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { FakeTime } from "@std/testing/time";
import { decodePacket } from "../../../src/carrying/packets.ts";
import { ServerLink } from "../../../src/carrying/server_link.ts";
import { standStill } from "../../support/fake_time.ts";
import {
  type BusFaults,
  type FaultyBus,
  FaultyEngine,
  noFaults,
} from "../../support/faulty_bus.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";

const settings = { peerTimeout: 6000, maxMessage: 10_000 };
const smallPayload = 1024;
const largePayload = 64 * 1024;
/** What may be under way: characters, and 64 for each piece. */
const window = { characters: 1024 * 1024, piece: 64 };
/** More messages, almost as long as they may be, than fit into the window. */
const burst = { count: 150, length: 9000 };

/**
 * One end. Its life ends with each `broken`, and when it is forgotten and made anew. Messages of one
 * life arrive in one life of the other end, or not at all.
 */
class End {
  readonly name: string;
  readonly bus: FaultyBus;
  readonly peer: () => End;
  readonly model: LinkModel;
  link: ServerLink;
  life = 0;
  /** All messages that were sent, by life. */
  readonly sent: string[][] = [[]];
  /** How many messages of each life of the peer have arrived. */
  readonly arrived: number[] = [];
  /** Which life of the peer each life has messages of, or has sent messages to. */
  readonly partners: (number | undefined)[] = [];
  /** What each piece counts in the window that this life has sent, by number. */
  #costs: number[] = [];
  expected = 0;
  /** When this life has to be over, because that of the peer is; by `Date.now()`. */
  deadline = Infinity;

  constructor(name: string, model: LinkModel, peer: () => End) {
    this.name = name;
    this.model = model;
    this.peer = peer;
    this.bus = model.engine.open();
    this.link = this.#make();
    this.bus.subscribe(name, (payload) => {
      const packet = decodePacket(payload);
      assert(packet !== undefined && packet.from === peer().name, "a payload is not a packet");
      this.link.received(packet);
    });
  }

  #make(): ServerLink {
    const { maxPayload } = this.model;
    return new ServerLink(this.name, { ...settings, maxPayload }, {
      publish: (payload) => {
        this.model.published++;
        if (maxPayload === largePayload) this.#checkWindow(payload);
        return this.bus.publish(this.peer().name, payload);
      },
      message: (text) => this.#message(text),
      broken: () => this.#broken(),
    });
  }

  send(length: number): void {
    const messages = this.sent[this.life]!;
    const start = `${this.life} ${messages.length} `;
    const text = start + "a\u{1f600}é".repeat(length / 4);
    messages.push(text);
    this.link.send(text, this.model.random.pick([0, 0, 0, 5, 50]));
  }

  expect(): void {
    this.expected++;
    this.link.expect();
  }

  unexpect(): void {
    if (this.expected === 0) return;
    this.expected--;
    this.deadline = Infinity;
    this.link.unexpect();
  }

  sendBurst(): void {
    for (let i = 0; i < burst.count; i++) this.send(burst.length);
  }

  #checkWindow(payload: string): void {
    const { first, pieces } = decodePacket(payload)!;
    for (const [at, { text }] of pieces.entries()) {
      this.#costs[first + at] = text.length + window.piece;
    }
    const underWay = this.#costs.slice(this.link.outgoing.oldest);
    const sum = underWay.reduce((sum, cost) => sum + cost, 0);
    // The link takes what is thrown here for a bus that fails.
    if (sum > window.characters) {
      this.model.wrong ??= `${sum} characters of ${this.name} are under way`;
    }
  }

  /** Forgets the link, if that is allowed. */
  remake(): void {
    if (!this.link.isIdle || this.expected > 0) return;
    this.link.close();
    this.#nextLife();
    this.link = this.#make();
  }

  #message(text: string): void {
    const peer = this.peer();
    const [life, number] = text.split(" ", 2).map(Number) as [number, number];
    const what = `message ${number} of life ${life} of ${peer.name}, in life ${this.life}`;
    assertEquals(text, peer.sent[life]?.[number], what);
    assertEquals(number, this.arrived[life] ?? 0, `out of order: ${what}`);
    this.arrived[life] = number + 1;
    const pair = `${what}, which have ${peer.partners[life]} and ${this.partners[this.life]}`;
    assert([life, undefined].includes(this.partners[this.life]), `wrong partner: ${pair}`);
    assert([this.life, undefined].includes(peer.partners[life]), `wrong partner: ${pair}`);
    this.partners[this.life] = life;
    peer.partners[life] = this.life;
    if (this.model.random.chance(0.2)) this.send(this.model.random.below(300));
  }

  #broken(): void {
    const partner = this.partners[this.life];
    const peer = this.peer();
    if (partner === peer.life && peer.expected > 0) {
      peer.deadline = Math.min(peer.deadline, Date.now() + 2 * settings.peerTimeout);
    }
    this.#nextLife();
    while (this.expected > 0 && this.model.random.chance(0.8)) this.unexpect();
    if (this.model.random.chance(0.2)) this.send(10);
  }

  #nextLife(): void {
    this.life++;
    this.sent.push([]);
    this.#costs = [];
    this.deadline = Infinity;
  }

  /** All messages of each life have arrived, unless the life has ended. */
  check(): void {
    const arrived = this.peer().arrived[this.life] ?? 0;
    assertEquals(arrived, this.sent[this.life]!.length, `messages of ${this.name} are missing`);
  }
}

/** Two ends, and what happens to them. */
export class LinkModel {
  readonly random: SeededRandom;
  readonly engine: FaultyEngine;
  readonly ends: readonly [End, End];
  readonly maxPayload: number;
  published = 0;
  /** What went wrong in a callback. */
  wrong: string | undefined;
  readonly #time: FakeTime;

  constructor(random: SeededRandom, time: FakeTime) {
    this.random = random;
    this.#time = time;
    this.engine = new FaultyEngine(random);
    this.maxPayload = random.chance(0.1) ? largePayload : smallPayload;
    this.ends = [
      new End("a", this, () => this.ends[1]),
      new End("b", this, () => this.ends[0]),
    ];
  }

  /** Lets time pass, and everything happen in it. */
  async pass(ms: number): Promise<void> {
    let isOver = false;
    setTimeout(() => isOver = true, ms);
    for (;;) {
      for (let i = 0; i < 5; i++) await undefined;
      assertEquals(this.wrong, undefined);
      if (isOver) return;
      this.#time.next();
      for (const end of this.ends) {
        assert(Date.now() <= end.deadline, `${end.name} does not break, though its peer has`);
      }
    }
  }

  /** One thing that happens. */
  async step(): Promise<void> {
    const { random, engine } = this;
    const end = random.pick(this.ends);
    const roll = random.below(100);
    if (roll < 30) {
      for (let i = random.pick([1, 1, 1, 3, 10]); i > 0; i--) {
        end.send(random.pick([0, 0, 10, 10, 300, 1000]));
      }
    } else if (roll < 31 && this.maxPayload === smallPayload) end.send(12_000);
    else if (roll < 31) end.sendBurst();
    else if (roll < 38) end.expect();
    else if (roll < 44) end.unexpect();
    else if (roll < 48) end.bus.isDeaf = !end.bus.isDeaf;
    else if (roll < 51) end.bus.isMute = !end.bus.isMute;
    else if (roll < 60) engine.faults = drawFaults(random);
    else if (roll < 63) end.remake();
    else if (roll < 65) this.#standStill();
    else await this.pass(random.pick([1, 20, 100, 500, 500, 3000, 10_000]));
  }

  #standStill(): void {
    standStill(this.random.pick([500, 1500, 5000, 20_000]));
    for (const end of this.ends) end.deadline += settings.peerTimeout;
  }

  /** All faults end, and so does the link, in the end. */
  async finish(): Promise<void> {
    this.engine.faults = noFaults;
    for (const end of this.ends) {
      end.bus.isDeaf = end.bus.isMute = false;
      while (end.expected > 0) end.unexpect();
    }
    // Both ends learn of the last break, at the latest when they send.
    await this.pass(30_000);
    for (const end of this.ends) end.send(10);
    await this.pass(5000);
    const lives = this.ends.map(({ life }) => life);
    for (const end of this.ends) end.send(5000);
    await this.pass(1000);
    for (const end of this.ends) end.check();
    assertEquals(this.ends.map(({ life }) => life), lives, "a link breaks on a bus without faults");
    await this.pass(30_000);
    assertEquals(this.ends.map(({ link }) => [link.isIdle, link.isSilent]), [
      [true, false],
      [true, false],
    ]);
    assertEquals(this.#time.next(), false, "a timer is left");
  }
}

function drawFaults(random: SeededRandom): BusFaults {
  const isWild = random.chance(0.3);
  const rate = () => random.chance(0.5) ? 0 : random.roll() * (isWild ? 0.5 : 0.1);
  return {
    delay: random.pick([[0, 0], [0, 5], [1, 100], [0, 1000]] as const),
    drops: rate(),
    repeats: rate(),
    overtakes: rate(),
    rejects: rate(),
    zeros: rate(),
    unknown: rate(),
    unsettled: rate(),
  };
}
