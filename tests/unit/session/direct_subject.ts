/**
 * The sessions of `src/` without a server: their receivers only fulfil the contract of `Receiver`.
 *
 * @module
 */

import { flushSoon } from "../../../src/event_loop/flush_queue.ts";
import type { Frame } from "../../../src/protocol/message.ts";
import type { Protocol } from "../../../src/protocol/transport_names.ts";
import { readOptions } from "../../../src/options/settings.ts";
import { ClientInfo } from "../../../src/session/client_info.ts";
import { Session } from "../../../src/session/session.ts";
import type { HeartbeatResult, Receiver } from "../../../src/session/receiver.ts";
import type { Application } from "../../../src/session/application.ts";
import { SessionStore } from "../../../src/session/session_store.ts";
import { shutDown } from "../../../src/server/shutdown.ts";
import { inNextTurn } from "../../../src/event_loop/turns.ts";
import type { Slot, World } from "./session_schedule.ts";
import { BySlot, closing, newTranscripts, type Subject } from "./session_subject.ts";

/** A receiver that is nothing but its contract. */
class TestReceiver implements Receiver {
  readonly seen: string[] = [];
  readonly slot: Slot;
  readonly frameSize: number;
  session: Session | undefined;
  bufferedAmount = 0;
  readonly wantsHeartbeatFrame = true;
  #left: number;
  #full = false;
  #ended = false;

  constructor(slot: Slot, limit: number, frameSize: number) {
    this.slot = slot;
    this.frameSize = frameSize;
    this.#left = limit;
  }

  get ended(): boolean {
    return this.#full || this.#ended;
  }

  get forLife(): boolean {
    return this.slot === "websocket" || this.slot === "raw";
  }

  get bufferedUpperBound(): number {
    return this.bufferedAmount;
  }

  scheduleFlush(): void {
    if (this.session !== undefined) flushSoon(this.session);
  }

  send({ text: frame }: Frame): boolean {
    if (this.ended) this.seen.push("a frame after the end");
    this.seen.push(frame);
    this.#left -= frame.length + 1;
    if (this.#left > 0 || this.forLife) return true;
    this.#full = true;
    this.seen.push("ended");
    this.session?.detach(this);
    return false;
  }

  end({ code, reason }: { code: number; reason: string }): void {
    if (this.#ended) this.seen.push("ended twice");
    this.#ended = true;
    if (!this.#full) this.seen.push(this.forLife ? `closed ${code} ${reason}` : "ended");
  }

  abort(status: { code: number; reason: string }): void {
    this.end(status);
  }

  heartbeat(): HeartbeatResult {
    return "handled";
  }

  pause(): void {
    this.seen.push("paused");
  }

  resume(): void {
    this.seen.push("resumed");
  }

  refuse(): void {
    this.#ended = true;
    this.seen.push("503");
  }
}

const protocols: Readonly<Record<Slot, Protocol>> = {
  a: "xhr-polling",
  b: "xhr-streaming",
  websocket: "websocket",
  raw: "websocket-raw",
};

function clientInfoOf(slot: Slot): ClientInfo {
  return new ClientInfo(protocols[slot], `/${slot}`, 0, new Headers(), {});
}

function turn(): Promise<void> {
  return new Promise(inNextTurn);
}

/** Drives `Session` and `Sessions`. */
export class DirectSubject implements Subject {
  readonly transcripts = newTranscripts();
  readonly #world: World;
  readonly #tick: (ms: number) => void;
  readonly #sessions: SessionStore;
  readonly #opened: Session[] = [];
  readonly #openedBySlot = new BySlot<Session>();
  readonly #receivers = new BySlot<TestReceiver>();
  #late: TestReceiver[] = [];
  readonly #waitingSends = new Map<Session, number>();
  #closed = false;

  /** @param tick lets time pass, on fake timers. */
  constructor(world: World, tick: (ms: number) => void) {
    this.#world = world;
    this.#tick = tick;
    this.#sessions = new SessionStore({ ...readOptions({}), ...world });
  }

  attach(slot: Slot, polling: boolean): void {
    const { responseLimit, frameSize } = this.#world;
    const receiver = new TestReceiver(slot, polling ? 1 : responseLimit, frameSize);
    this.transcripts.receivers.push(receiver.seen);
    this.#receivers.add(slot, receiver);
    if (receiver.forLife) this.#receive(receiver);
    else if (this.#sessions.get(slot)?.attached) this.#late.push(receiver);
    else this.#receive(receiver);
  }

  /** As the HTTP transports do it. */
  #receive(receiver: TestReceiver): void {
    const { slot } = receiver;
    let session = receiver.forLife ? undefined : this.#sessions.get(slot);
    if (session === undefined && this.#sessions.refusal !== undefined) return receiver.refuse();
    session ??= this.#create(slot);
    receiver.session = session;
    session.attach(receiver, clientInfoOf(receiver.slot));
  }

  #create(slot: Slot): Session {
    const id = slot === "a" || slot === "b" ? slot : "";
    const session = new Session(this.#sessions, clientInfoOf(slot), id, slot === "raw");
    session.application = this.#application(session, slot);
    this.#sessions.add(session);
    return session;
  }

  #application(session: Session, slot: Slot): Application {
    const events: string[] = [];
    const { manner } = this.#world;
    return {
      unreadCost: 0,
      forget: () => {},
      opened: () => {
        events.push("opened");
        this.transcripts.connections.push(events);
        this.#opened.push(session);
        this.#openedBySlot.add(slot, session);
        if (manner === "greets") session.write("hello");
        if (manner === "leaves") session.close({ code: 3000, reason: "Go away!" });
      },
      received: (messages) => {
        for (const text of messages) {
          if (session.readyState !== 1) return;
          events.push(`message ${text}`);
          if (manner === "echoes") session.write(text);
        }
      },
      drained: () =>
        inNextTurn(() => {
          if (session.takeDrain()) events.push("drain");
        }, (error) => session.failed(error)),
      closed: ({ code, reason }, wasClean) => events.push(closing(code, reason, wasClean)),
    };
  }

  abort(slot: Slot, back: number): void {
    const receiver = this.#receivers.get(slot, back);
    if (receiver !== undefined) this.#abort(receiver);
  }

  abortAll(): void {
    for (const receiver of this.#receivers.all()) this.#abort(receiver);
  }

  /** Of receivers that have ended too, which the session must ignore. */
  #abort(receiver: TestReceiver): void {
    const { session } = receiver;
    if (!receiver.forLife) session?.interrupt(receiver);
    else session?.disconnect(receiver, { code: 1001, reason: "Going away" }, true);
  }

  stall(slot: Slot, back: number, stalled: boolean): void {
    const receiver = this.#receivers.get(slot, back);
    if (receiver === undefined || receiver.session === undefined || receiver.ended) return;
    receiver.bufferedAmount = stalled ? this.#world.highWaterMark + 1 : 0;
    if (!stalled) receiver.session.flush();
  }

  write(slot: Slot, back: number, text: string): void {
    const session = this.#openedBySlot.get(slot, back);
    if (session === undefined) return;
    this.transcripts.results.push(`write ${session.write(text)}`);
  }

  send(slot: Slot, messages: readonly string[]): void {
    if (slot !== "a" && slot !== "b") {
      this.#openedBySlot.get(slot, 0)?.accept(messages);
      return;
    }
    const session = this.#sessions.get(slot);
    const refused = session === undefined || session.interrupted;
    this.transcripts.results.push(`send ${refused ? 404 : 204}`);
    if (refused) return;
    session.accept(messages);
    if (messages.length > 0) this.#wait(session);
  }

  async #wait(session: Session): Promise<void> {
    const { currentPause } = session;
    if (currentPause === undefined) return;
    const waiting = this.#waitingSends;
    waiting.set(session, (waiting.get(session) ?? 0) + 1);
    await new Promise<void>((resolve) => currentPause.wait(resolve));
    waiting.set(session, waiting.get(session)! - 1);
  }

  close(slot: Slot, back: number, code: number, reason: string): void {
    this.#openedBySlot.get(slot, back)?.close({ code, reason });
  }

  pause(slot: Slot, back: number, paused: boolean): void {
    const session = this.#openedBySlot.get(slot, back);
    if (paused) session?.pause();
    else session?.resume();
  }

  async shutDown(spread: number, timeout: number): Promise<void> {
    await shutDown(this.#sessions, { spread, timeout });
    this.#closed = true;
  }

  pass(ms: number): void {
    this.#tick(ms);
  }

  async settle(): Promise<void> {
    await turn();
    if (this.#late.length === 0) return;
    const late = this.#late;
    this.#late = [];
    for (const receiver of late) this.#receive(receiver);
    await turn();
  }

  states(): string[] {
    const sessions = this.#opened.map((session) =>
      `state ${session.readyState}, ${session.bufferedAmount} bytes, ` +
      `${this.#waitingSends.get(session) ?? 0} senders wait`
    );
    return [...sessions, `closed: ${this.#closed}`];
  }

  size(): number {
    return this.#sessions.size;
  }
}
