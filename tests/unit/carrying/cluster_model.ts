/**
 * Three servers on a faulty bus that share sessions, their clients and their application, and what
 * must be true of them whatever happens.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { FakeTime } from "@std/testing/time";
import { sessionHash } from "../../../src/carrying/claim_value.ts";
import { Peer } from "../../../src/carrying/peer.ts";
import type { Connection } from "../../../src/connection/connection.ts";
import { Server } from "../../../src/server/server.ts";
import {
  type BusFaults,
  type FaultyBus,
  FaultyEngine,
  noFaults,
} from "../../support/faulty_bus.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { ModelClient } from "./model_client.ts";

const highWaterMark = 4096;
/** Milliseconds that a send may be older than the claim of the session that gets it. */
const maxDoubt = 1000;
/** The longest time from a claim to the opening of its session: an answer of the engine. */
const maxOpening = 1000;
/** More than a few frames, which have up to 64 KiB. */
const burst = { count: 200, length: 1000 };

/** Milliseconds for which a process or the engine stands still. */
const standstills = [10, 100, 1000, 2000, 8000, 15_000];

/** What the registry calls a session. */
function keyOf(id: string): string {
  return `sj:test:s:${sessionHash("/echo", id)}`;
}

/** A connection, as the application sees it. */
export class ServedConnection {
  readonly number: number;
  readonly id: string;
  /** The number of its server. */
  readonly server: number;
  readonly openedAt = Date.now();
  /** Who has opened it. */
  readonly client: ModelClient | undefined;
  readonly connection: Connection;
  /** How many messages have been received and written. */
  received = 0;
  written = 0;
  /** How many of its client's sends were acknowledged. */
  acknowledged = 0;
  /** The numbers of its messages that another session got. */
  readonly strayed = new Set<number>();
  /** Whether it was ever paused: then messages wait here after they were acknowledged. */
  hasPaused = false;
  /** Whether the application has ended it, or was told of its end. */
  isOver = false;
  readonly #model: ClusterModel;

  constructor(
    model: ClusterModel,
    number: number,
    id: string,
    connection: Connection,
    server: number,
  ) {
    this.#model = model;
    this.number = number;
    this.id = id;
    this.server = server;
    this.client = model.clients.findLast((client) => client.id === id);
    this.connection = connection;
    connection.on("data", (message) => model.guard(() => this.#take(message)));
    connection.on("close", () => this.isOver = true);
    this.write();
  }

  /** Writes its number, and how many messages there were before. */
  write(length = 0): void {
    if (this.isOver) return;
    this.connection.write(`${this.number} ${this.written++} ${"x".repeat(length)}`);
  }

  writeBurst(): void {
    for (let i = 0; i < burst.count; i++) this.write(burst.length);
  }

  #take(message: string): void {
    const [connection, number, sentAt] = message.split(" ").map(Number) as [number, number, number];
    const former = this.#model.connections[connection];
    // Its session may have ended before the send came, to which this one was the session of that id.
    const isDoubtful = this.openedAt <= sentAt + maxDoubt + maxOpening;
    if (former !== this && former?.id === this.id && isDoubtful) {
      if (this.#model.mayMeet(former)) return void former.strayed.add(number);
    }
    const what = `connection ${this.number}, which has ${this.received}, got message ${number}`;
    assertEquals(connection, this.number, `for another connection: ${what}`);
    while (number > this.received && this.strayed.has(this.received)) this.received++;
    assertEquals(number, this.received, `twice, or out of order: ${what}`);
    this.received++;
    if (this.#model.random.chance(0.7)) this.write();
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.connection.close(3000, "Go away!");
  }
}

/** All of it. */
export class ClusterModel {
  readonly random: SeededRandom;
  /** What has happened, for reports. */
  readonly history: string[] = [];
  readonly engine: FaultyEngine;
  readonly servers: Server[] = [];
  readonly connections: ServedConnection[] = [];
  /** Whether applications end what clients open. */
  #endsAll = false;
  readonly clients: ModelClient[] = [];
  /** Whether clients may be told of anything but the end that the application makes. */
  readonly isCalm: boolean;
  readonly responseLimit: number;
  /** Milliseconds for which the id of an ended session is not free. */
  readonly disconnectDelay: number;
  /** After that, a session may have two connections until both servers know. */
  #wasEmptied = false;
  /** So it is with those whose servers were taken for dead: the keys of their claims. */
  readonly #released = new Set<string>();
  readonly #buses: FaultyBus[] = [];
  readonly #time: FakeTime;
  readonly #peers = new Set<Peer>();
  #wrong: unknown;
  #ids = 0;
  /** Ids of sessions that the application has ended, and that their clients know to be over. */
  readonly freeIds: string[] = [];

  constructor(random: SeededRandom, time: FakeTime) {
    this.random = random;
    this.#time = time;
    this.engine = new FaultyEngine(random);
    this.responseLimit = random.pick([100, 4096, 1e7, 1e7]);
    this.isCalm = random.chance(0.3);
    // Otherwise clients that stall, and pause between two requests, would lose their sessions.
    this.disconnectDelay = this.isCalm ? 10_000 : random.pick([600, 1500, 5000]);
    if (this.isCalm) this.engine.faults = { ...noFaults, delay: random.pick([[0, 0], [0, 30]]) };
    this.#notePeers();
    for (let i = 0; i < 3; i++) this.#addServer();
  }

  #addServer(): void {
    const bus = this.engine.open();
    this.#noteReleases(bus);
    this.#buses.push(bus);
    const server = new Server({
      prefix: "/echo",
      log: () => {},
      heartbeatDelay: 10_000,
      disconnectDelay: this.disconnectDelay,
      responseLimit: this.responseLimit,
      highWaterMark,
      cluster: { bus, name: "test", sessions: true },
    });
    const at = this.servers.length;
    server.on("connection", (connection) => this.guard(() => this.#opened(connection, at)));
    this.servers.push(server);
  }

  /** Claims that a server releases are its own, or of one that it takes for dead. */
  #noteReleases(bus: FaultyBus): void {
    const { claim, release } = bus;
    const own = new Set<string>();
    bus.claim = (key, value, ttl) => {
      own.add(value);
      return claim.call(bus, key, value, ttl);
    };
    bus.release = (key, value) => {
      if (!own.has(value)) this.#released.add(key);
      return release.call(bus, key, value);
    };
  }

  #opened(connection: Connection, server: number): void {
    const id = connection.pathname.split("/")[3]!;
    const others = this.connections.filter((other) => other.id === id && !other.isOver);
    assert(others.length === 0 || this.#mayBeTwo(id), `two connections of ${id} at a time`);
    const number = this.connections.length;
    const served = new ServedConnection(this, number, id, connection, server);
    this.connections.push(served);
    if (this.#endsAll) served.end();
  }

  /** Whether there may be another session of its id. */
  mayMeet({ id, isOver }: ServedConnection): boolean {
    return !this.isCalm && (isOver || this.#mayBeTwo(id));
  }

  /** Whether there was another one at the same time, perhaps. */
  hasTwin(served: ServedConnection): boolean {
    const isOne = ({ id }: ServedConnection) => id === served.id;
    return this.#mayBeTwo(served.id) && this.connections.filter(isOne).length > 1;
  }

  /** Whether a server that remembers a former session of its id may take a send for one of that. */
  mayBeTakenForFormer({ id, openedAt }: ServedConnection): boolean {
    const isRecent = Date.now() - openedAt < 1000;
    return isRecent && this.connections.some((each) => each.id === id && each.openedAt < openedAt);
  }

  #mayBeTwo(id: string): boolean {
    return this.#wasEmptied || this.#released.has(keyOf(id));
  }

  /** All links that are ever used. */
  #notePeers(): void {
    const peers = this.#peers;
    const { send } = Peer.prototype;
    Peer.prototype.send = function (...args) {
      peers.add(this);
      return send.apply(this, args);
    };
    this.#restore = () => Peer.prototype.send = send;
  }

  /** What servers load has to be there: that takes no fake time. */
  async start(): Promise<void> {
    await import("../../../src/carrying/carrying.ts");
    for (let turns = 0; turns < 20; turns++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #restore = (): unknown => undefined;

  [Symbol.dispose](): void {
    this.#restore();
  }

  /** Keeps what goes wrong in a callback. */
  guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#wrong ??= error;
    }
  }

  /** Lets time pass, and everything happen in it. */
  async pass(ms: number): Promise<void> {
    let isOver = false;
    setTimeout(() => isOver = true, ms);
    for (;;) {
      for (let i = 0; i < 10; i++) await undefined;
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#wrong !== undefined) throw this.#wrong;
      if (isOver) return;
      this.#time.next();
    }
  }

  /** One thing that happens, as its own seed says: without one step, the others stay what they are. */
  async step(random: SeededRandom): Promise<void> {
    const roll = random.below(100);
    if (roll < 20) this.#addClient(random);
    else if (roll < 45) this.#clientDoes(random);
    else if (roll < 55) this.#applicationDoes(random);
    else if (roll < 65 && !this.isCalm) this.#somethingBreaks(random);
    else await this.#wait(random.pick([1, 20, 100, 500, 500, 2000, 10_000]));
  }

  async #wait(ms: number): Promise<void> {
    this.history.push(`${ms} ms pass`);
    await this.pass(ms);
  }

  #addClient(random: SeededRandom): void {
    const { freeIds } = this;
    if (this.clients.filter(({ isOver }) => !isOver).length >= 4) return;
    const isUsed = freeIds.length > 0 && random.chance(0.6);
    const id = isUsed ? freeIds.splice(random.below(freeIds.length), 1)[0]! : `s${++this.#ids}`;
    this.addClient(id);
  }

  addClient(id: string, avoided?: number): void {
    const client = new ModelClient(this, id, avoided);
    this.clients.push(client);
    this.history.push(`a client of ${id} comes`);
    client.run().catch((error) => this.#wrong ??= error);
  }

  #clientDoes(random: SeededRandom): void {
    const clients = this.clients.filter(({ isOver }) => !isOver);
    if (clients.length === 0) return;
    const client = random.pick(clients);
    const roll = random.below(20);
    if (roll < 1) client.abort();
    else if (roll < 4) {
      const served = client.stall();
      if (served !== undefined && random.chance(0.7)) served.writeBurst();
    } else if (roll < 6) client.unstall();
    else client.sendSoon(random.pick([1, 1, 2, 5]));
    const what = roll < 1 ? "aborts" : roll < 4 ? "stalls" : roll < 6 ? "reads on" : "sends";
    this.history.push(`that of ${client.id} ${what}`);
  }

  #applicationDoes(random: SeededRandom): void {
    const open = this.connections.filter(({ isOver }) => !isOver);
    if (open.length === 0) return;
    const served = random.pick(open);
    const roll = random.below(10);
    if (roll < 5) served.write(random.below(500));
    else if (roll < 7) served.writeBurst();
    else if (roll < 9) {
      if (random.chance(0.5)) this.#sendsLate(served, random);
      served.end();
    } else if (served.connection.readyState === 1) this.#pauseAWhile(served, random);
    const what = roll < 5 ? "writes" : roll < 7 ? "writes much" : roll < 9 ? "ends" : "pauses";
    this.history.push(`the application ${what}: ${served.id}`);
  }

  /** What is under way when a session ends must not reach the next one of that id. */
  #sendsLate({ client, server }: ServedConnection, random: SeededRandom): void {
    if (this.isCalm || client === undefined || random.chance(0.3)) return void client?.sendSoon(1);
    const carrier = (server + 1 + random.below(2)) % 3;
    const bus = this.#buses[carrier]!;
    const ms = random.pick([1000, 2500, 2500, 8000]);
    if (random.chance(0.5)) {
      bus.freeze();
      setTimeout(() => bus.thaw(), ms);
    } else {
      bus.isMute = true;
      setTimeout(() => bus.isMute = false, ms);
    }
    client.sendSoon(1, carrier);
    // The next session of that id is to be opened before the send gets through.
    client.leavesSoon(carrier);
  }

  #pauseAWhile(served: ServedConnection, random: SeededRandom): void {
    const { connection } = served;
    served.hasPaused = true;
    connection.pause();
    setTimeout(() => connection.resume(), random.pick([10, 1000, 8000]));
  }

  /** Each fault ends by itself, so that new sessions have a chance. */
  #somethingBreaks(random: SeededRandom): void {
    const { engine } = this;
    const bus = random.pick(this.#buses);
    const roll = random.below(20);
    let end: () => void;
    let what: string;
    if (roll < 8) {
      const faults = engine.faults = drawFaults(random);
      what = JSON.stringify(faults);
      end = () => {
        if (engine.faults === faults) engine.faults = noFaults;
      };
    } else if (roll < 11) {
      bus.isDeaf = true;
      what = "deaf";
      end = () => bus.isDeaf = false;
    } else if (roll < 13) {
      bus.isMute = true;
      what = "mute";
      end = () => bus.isMute = false;
    } else if (roll < 17) {
      bus.freeze();
      what = "frozen";
      end = () => bus.thaw();
    } else {
      if (engine.isDown) return;
      engine.stop();
      const isEmptied = random.chance(0.5);
      if (isEmptied) this.#wasEmptied = true;
      what = isEmptied ? "the engine is emptied" : "the engine is down";
      end = () => engine.start(isEmptied);
    }
    const ms = random.pick(
      roll < 8 ? [500, 2000, 5000] : roll < 13 ? [2000, 8000, 20_000] : standstills,
    );
    this.history.push(`bus ${this.#buses.indexOf(bus)}: ${what}, for ${ms} ms`);
    setTimeout(end, ms);
  }

  /** All faults end, and in the end all is at rest. */
  async finish(): Promise<void> {
    const { engine } = this;
    await this.pass(20_000);
    engine.faults = noFaults;
    for (const bus of this.#buses) {
      bus.isDeaf = bus.isMute = false;
      bus.thaw();
    }
    for (const client of this.clients) client.unstall();
    await this.pass(15_000);
    const open = this.connections.filter(({ isOver }) => !isOver).map(({ id }) => id);
    assertEquals(open, [...new Set(open)], "a session has two connections");
    for (const id of open) {
      const claim = this.engine.claims.find(keyOf(id));
      assert(claim !== undefined, `no claim is left of ${id}`);
    }
    // A client may open its session only now.
    this.#endsAll = true;
    for (const served of this.connections) {
      const { id, received, acknowledged } = served;
      assert(served.isOver || received >= acknowledged, `messages of ${id} are missing`);
      served.end();
    }
    await this.pass(60_000);
    assertEquals(this.clients.filter(({ isOver }) => !isOver).map(String), [], "were not told");
    assertEquals(this.clients.filter(({ isBusy }) => isBusy).map(String), [], "still wait");
    assertEquals(this.servers.map(({ connections }) => connections.size), [0, 0, 0]);
    assertEquals(this.connections.filter(({ isOver }) => !isOver).map(({ id }) => id), []);
    for (const peer of this.#peers) {
      assertEquals(peer.servedCount, 0, "an exchange is left at its owner");
      assert(peer.isIdle, "an exchange, or something on a link, is left");
    }
    engine.claims.sweep();
    assertEquals(engine.claims.size, 0, "a claim is left");
    await this.#close();
  }

  async #close(): Promise<void> {
    let closed = 0;
    for (const server of this.servers) server.close({ timeout: 0 }).then(() => closed++);
    await this.pass(5000);
    assertEquals(closed, 3, "a server does not close");
    assertEquals(this.#time.next(), false, "a timer is left");
  }

  /** The owner counts what a client that stands still has not taken of a stream. */
  checkWindow(served: ServedConnection, writtenBefore: number): void {
    const isOne = served.written - writtenBefore >= burst.count && this.responseLimit > 1e6;
    if (!isOne || served.isOver) return;
    const { bufferedAmount } = served.connection;
    // One frame may have been read, and one may be on its way to the client.
    const least = burst.count * burst.length - 2 * 66_000;
    assert(bufferedAmount >= least, `${bufferedAmount} bytes count, ${least} should at least`);
  }
}

function drawFaults(random: SeededRandom): BusFaults {
  const isWild = random.chance(0.3);
  const rate = () => random.chance(0.5) ? 0 : random.roll() * (isWild ? 0.4 : 0.05);
  return {
    delay: random.pick([[0, 0], [0, 5], [1, 100], [0, 1000]] as const),
    drops: rate(),
    repeats: rate(),
    overtakes: rate(),
    rejects: rate(),
    zeros: rate(),
    unknown: rate(),
    // Every promise of a bus settles.
    unsettled: 0,
  };
}
