/**
 * One session of a visitor, from its opening to its end.
 *
 * @module
 */

import { handOn, type Listener } from "../soak/client.ts";
import { framesIn } from "../soak/http_transports.ts";
import { Ledger } from "../soak/ledger.ts";
import { sleep } from "../soak/lives.ts";
import { bye, close, randomGap } from "../soak/messages.ts";
import { type EndedConnection, options, welcome } from "./application.ts";
import type { Life, Scene } from "./life.ts";
import type { Member } from "./members.ts";
import { isDisconnection, Request, sendOf } from "./request.ts";
import { Trail } from "./trail.ts";

/** How many there were. */
let count = 0;

/** A client that checks what it receives. As the stock client, it gives up at the first failure. */
export class Visit implements Listener {
  readonly id: string;
  /** Members at which its requests were cut by this end. */
  readonly cutAt = new Set<Member>();
  /** The name of its connection. */
  connection = "";
  /** The member that has the session. */
  owner: Member | undefined;
  readonly #life: Life;
  readonly #scene: Scene;
  readonly #ledger: Ledger;
  readonly #trail = new Trail();
  readonly #number = ++count;
  #ownedSince = Infinity;
  #receiving: Request | undefined;
  #sending: Request | undefined;
  /** The member that has opened the session. */
  #opener: Member | undefined;
  readonly #ready = Promise.withResolvers<void>();
  #isOpen = false;
  /** Whether its client wants the next end, and no more messages. */
  #isLeaving = false;
  #isOver = false;
  #receives = true;
  /** When the last receiving request ended. */
  #receivedAt = performance.now();
  /** Whether the last receiving request was cut by the other end. */
  #wasCut = false;
  /** A fault, unless a former client has caused it. */
  #doubt: string | undefined;
  /** Whether the last receiving request was the former session's. */
  #isFormer = false;

  constructor(id: string, life: Life, scene: Scene) {
    this.id = id;
    this.#life = life;
    this.#scene = scene;
    this.#ledger = new Ledger(scene.tally);
  }

  /** Lives until its end, which comes early when the soak is over. */
  async live(): Promise<void> {
    const received = this.#receive();
    await this.#ready.promise;
    const end = performance.now() + this.#life.length;
    while (!this.#isOver && !this.#scene.isOver && performance.now() < end) {
      await sleep(randomGap(this.#scene.random));
      if (!this.#isOver && !this.#life.listens) await this.#speak();
    }
    if (!this.#isOver) await this.#end();
    this.#isOver = true;
    this.#receiving?.cut();
    await received;
  }

  /** Looks whether a request has been without any sign of life for too long. */
  watch(): void {
    const { members, tally } = this.#scene;
    for (const request of [this.#receiving, this.#sending]) {
      if (request === undefined) continue;
      tally.longestSilence = Math.max(tally.longestSilence, request.silence);
      if (request.silence < 2 * members.settling) continue;
      this.#fault(`no sign of life from ${request.member.name}`);
      request.cut();
      this.#over();
    }
  }

  /** Adds up, with what the application has received, if its member is still there. */
  settle(ended: EndedConnection | undefined): void {
    const { tally } = this.#scene;
    const { formerOwners = [], formerCarriers } = this.#life;
    // Of a member that is gone, nobody knows.
    const hadStrangers = ended === undefined ? this.#isSuccessor : ended.strangers > 0;
    const mayHaveStrangers = this.#isAffected([...formerOwners, ...formerCarriers]);
    if (ended !== undefined && hadStrangers && !mayHaveStrangers) {
      this.#fault("a request of a former client reached it");
    }
    // That request, which was cut, may have interrupted the session.
    if (this.#doubt !== undefined && !hadStrangers) this.#addFault(this.#doubt);
    const before = tally.ofLedgers;
    this.#ledger.close(ended);
    const added = tally.ofLedgers.map((count, at) => count - before[at]!);
    if (added.every((count) => count === 0)) return;
    if (!hadStrangers && !this.#isAffected(formerOwners)) {
      return this.#fault(`lost, repeated, late, altered: ${added}`);
    }
    tally.mixedUp++;
    tally.ofLedgers = before;
  }

  opened(): void {
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#opener = this.#receiving?.member;
      this.#scene.tally.opened++;
      return;
    }
    // The response that told it was cut off; or the session has waited too long for this request: the
    // last response, or this request, was at a member in trouble or that had begun beside a frozen one.
    const now = performance.now();
    const { member, begunAt } = this.#receiving!;
    const hasWaited = now - this.#receivedAt >= options.disconnectDelay ||
      this.#trail.wasTroubled(now - this.#window);
    const mayBe = this.#wasCut || hasWaited ||
      begunAt - member.startedAt < this.#scene.members.settling || this.#hasOwnerThatEnds;
    if (!mayBe && !this.#isAffected([])) this.#fault("opened anew, and its end was not told");
    this.#told("opened anew");
  }

  heartbeat(): void {
    this.#scene.tally.heartbeats++;
  }

  message(text: string): void {
    // What opens anew is another session.
    if (this.#isOver) return;
    if (!this.#isOpen && this.#isSuccessor) return this.#leaveFormer();
    if (!text.startsWith(welcome)) return this.#ledger.received(text);
    if (this.connection !== "") {
      // A member that was frozen tells the rest of a former session, and then its end.
      if (!this.#isAffected(this.#life.formerOwners ?? [])) this.#fault("welcomed twice");
      return this.#told("welcomed twice");
    }
    this.connection = text.slice(welcome.length);
    this.owner = this.#scene.members.all.get(this.connection.split("/", 1)[0]!);
    this.#ownedSince = performance.now();
    this.#scene.welcomed(this, this.connection);
    this.#ready.resolve();
  }

  closed(code: number, reason: string): void {
    // A former session of the id ends, or the owner was gone before the client knew it.
    if (!this.#isOpen && this.#isSuccessor) return;
    if (code === 3000 && this.#isLeaving && this.#ledger.receivedBye) return this.#over();
    this.#told(`${code}`, reason);
  }

  /** A former session goes on, for the end of its client was not seen. */
  #leaveFormer(): void {
    this.#isFormer = true;
    // It would go on for as long as this request.
    if (this.#life.transport.streams) this.#receiving?.cut();
  }

  async #receive(): Promise<void> {
    const { method, path } = this.#life.transport;
    const deadline = performance.now() + 4 * this.#window;
    while (!this.#isOver && this.#receives) {
      this.#isFormer = false;
      await this.#ask((request) => this.#receiving = request, async (request) => {
        const status = await request.ask(method, `${this.#base}/${path}`);
        if (status === 200) await this.#take(request);
        else this.#told(`${status}`, await request.body());
        this.#wasCut = false;
      }, () => this.#wasCut = true);
      this.#receiving = undefined;
      this.#receivedAt = performance.now();
      if (this.#isOver || !this.#receives) break;
      // It is refused, or told of a former session.
      if (this.#isFormer) await sleep(options.disconnectDelay + 1000);
      else if (this.#wasCut || !this.#isOpen) await sleep(100);
      else if (this.#life.pauses) await sleep(this.#scene.random() * 300);
      if (this.connection !== "") continue;
      if (this.#scene.isOver) this.#over();
      else if (performance.now() > deadline) {
        this.#told(this.#isOpen ? "not welcomed" : "not opened");
      }
    }
    this.#ready.resolve();
  }

  /** Asks, and notes at whom; `cut` is called if the other end is not there. */
  async #ask(
    begun: (request: Request) => void,
    run: (request: Request) => Promise<void>,
    cut: () => void,
  ): Promise<void> {
    const request = new Request(this.#scene.members.next(), this.#number);
    const ended = this.#trail.asked(request.member);
    let how = "over";
    begun(request);
    try {
      await run(request);
    } catch (error) {
      how = (error as Error).message;
      if (request.isCut) {
        this.cutAt.add(request.member);
        return;
      }
      const isExpected = isDisconnection(error) &&
        (request.member.wasTroubled(request.begunAt, performance.now()) || this.#hasOwnerThatEnds);
      if (!isExpected) {
        this.#fault(`${request.member.name}: ${(error as Error).message}`);
        this.#over();
      }
      cut();
    } finally {
      request.cut();
      ended(how);
    }
  }

  async #take(request: Request): Promise<void> {
    const { transport } = this.#life;
    const texts = request.texts();
    if (transport.streams) await texts.next();
    for await (const frame of framesIn(transport, texts)) {
      this.#trail.note(frame.slice(0, 8));
      handOn(frame, this);
    }
  }

  /** Says something; now and then several things at once. */
  async #speak(): Promise<void> {
    const { random } = this.#scene;
    const count = random() < 0.05 ? 5 : 1;
    const messages = Array.from({ length: count }, () => this.#ledger.next(random));
    const last = this.#ledger.sent;
    // If the client was told of the end meanwhile, the next session of the id may have taken them.
    if (await this.#send(messages) && !this.#isOver) this.#ledger.accepted(last);
  }

  /** Whether the messages were acknowledged. Otherwise it is told, and whether they arrive is open. */
  async #send(messages: readonly string[]): Promise<boolean> {
    const tagged = messages.map((message) => `${this.connection} ${message}`);
    const { path, body, type, accepted } = sendOf(this.#life.transport, tagged);
    let isAccepted = false;
    await this.#ask((request) => this.#sending = request, async (request) => {
      const status = await request.ask("POST", `${this.#base}/${path}`, body, type);
      const response = await request.body();
      isAccepted = status === accepted;
      if (!isAccepted) this.#told(`${status} to a send`, response);
    }, () => this.#told("a send was cut off"));
    this.#sending = undefined;
    return isAccepted;
  }

  async #end(): Promise<void> {
    switch (this.#life.end) {
      case "leaves":
      case "is closed":
        this.#isLeaving = true;
        if (await this.#send([this.#life.end === "leaves" ? bye : close])) await this.#answered();
        return;
      case "vanishes":
        // A stream would go on.
        this.#receives = this.#life.transport.streams;
        while (!this.#receives && this.#receiving !== undefined && !this.#isOver) await sleep(50);
    }
  }

  /** What was acknowledged is answered, or the client is told. */
  async #answered(): Promise<void> {
    const isDone = () => this.#isOver || this.#life.end === "leaves" && this.#ledger.receivedBye;
    for (let time = 0; !isDone(); time += 50) {
      await sleep(50);
      if (time < 4 * this.#scene.members.settling) continue;
      // A former session that its member still had may have taken it.
      if (!this.#isSuccessor) this.#fault("its end was not answered");
      return this.#told("not answered");
    }
  }

  /** The client learns that the session is over, or that it cannot go on. */
  #told(how: string, why = ""): void {
    if (this.#isOver) return;
    const { tally } = this.#scene;
    tally.addTold(how);
    if (!this.#mayBeTold()) {
      const fault = this.#described(`told ${how} without need: ${why.trim()}`);
      // Whether there was a stranger, its member says later.
      if (this.connection !== "" && this.#isSuccessor) this.#doubt = fault;
      else this.#addFault(fault);
    }
    const since = this.owner?.silentSince;
    if (since !== undefined) {
      const { thawedAt = 0 } = this.#receiving?.member ?? {};
      const from = Math.max(since, thawedAt, this.#ownedSince);
      tally.longestTold = Math.max(tally.longestTold, performance.now() - from);
    }
    this.#over();
  }

  /** Whether it may rightly be told. */
  #mayBeTold(): boolean {
    const { formerOwners = [] } = this.#life;
    // One that comes back may still have a former session.
    const now = performance.now();
    return this.connection === "" && this.#isSuccessor ||
      this.#scene.members.engineTroubles.overlap(now - this.#window, now) ||
      this.#trail.wasTroubled(now - this.#window) ||
      this.#isAffected([...formerOwners, this.holder]);
  }

  /** Whether one of these members, or the registry, was in trouble a short while ago. */
  #isAffected(members: readonly (Member | undefined)[]): boolean {
    const now = performance.now();
    const since = now - this.#trail.age - this.#window;
    return members.some((each) => each?.wasTroubled(since, now)) ||
      this.#scene.members.hasRegistryMoved;
  }

  /** Whether a member that has the session, or had a former one, has ended in order. */
  get #hasOwnerThatEnds(): boolean {
    const { formerOwners = [] } = this.#life;
    return [...formerOwners, this.holder].some((each) => each?.endsInOrder);
  }

  /** The member that has the session, as far as that is known. */
  get holder(): Member | undefined {
    return this.owner ?? this.#opener;
  }

  get #isSuccessor(): boolean {
    return this.#life.formerOwners !== undefined;
  }

  /** Milliseconds in which a trouble may take effect. */
  get #window(): number {
    return this.#scene.members.settling + options.disconnectDelay;
  }

  get #base(): string {
    return `${options.prefix}/000/${this.id}`;
  }

  #over(): void {
    this.#isOver = true;
    this.#receiving?.cut();
    this.#ready.resolve();
  }

  #fault(what: string): void {
    this.#addFault(this.#described(what));
  }

  #addFault(fault: string): void {
    this.#scene.tally.broken++;
    this.#scene.tally.addFault(fault);
  }

  #described(what: string): string {
    const { transport, end } = this.#life;
    const place = `${this.id} ${transport.name} ${end} ${this.connection || "unopened"}`;
    const names = [...this.#life.formerOwners ?? []].map(({ name }) => name).join(" and ");
    const age = `${this.#trail.age} ms old${this.#isSuccessor ? ` after one of ${names}` : ""}`;
    return `${place}, ${age}: ${what} (${this.#trail})`;
  }
}
