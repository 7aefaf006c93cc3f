/**
 * A reference model of sessions, written from the protocol (section 5) as simply as possible:
 * plain data, absolute times, and a check of everything in each turn.
 *
 * @module
 */

import { ModelReceiver, ModelSession, never, type Status } from "./session_model_state.ts";
import type { Slot, World } from "./session_schedule.ts";
import { BySlot, closing, newTranscripts, type Subject } from "./session_subject.ts";

const states = { open: 1, closing: 2, over: 3 };
/** A server that shuts down looks so often, ms, whom to close next. */
const closingStep = 20;

/** The reference model. */
export class SessionModel implements Subject {
  readonly transcripts = newTranscripts();
  readonly #world: World;
  #now = 0;
  /** The ids in use. */
  readonly #ids = new Map<Slot, ModelSession>();
  readonly #sessions: ModelSession[] = [];
  /** Those that the server has to remember. */
  readonly #present = new Set<ModelSession>();
  #shutDown: "no" | "begun" | "done" = "no";
  #cutAt = never;
  readonly #sessionsBySlot = new BySlot<ModelSession>();
  readonly #receivers = new BySlot<ModelReceiver>();
  /** Receivers that came while another was there; there will be a second look, and more. */
  #late: ModelReceiver[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  attach(slot: Slot, polling: boolean): void {
    const receiver = new ModelReceiver(slot, polling ? 1 : this.#world.responseLimit);
    this.transcripts.receivers.push(receiver.seen);
    this.#receivers.add(slot, receiver);
    if (this.#ids.get(slot)?.receiver !== undefined) this.#late.push(receiver);
    else this.#receive(receiver);
  }

  #receive(receiver: ModelReceiver): void {
    const session = this.#ids.get(receiver.slot);
    const full = this.#shutDown !== "no" || this.#present.size >= this.#world.maxSessions;
    if ((session === undefined || receiver.forLife) && full) receiver.end("503");
    else if (session === undefined) this.#open(receiver);
    else if (session.receiver !== undefined) {
      receiver.take('c[2010,"Another connection still open"]');
      receiver.end("ended");
    } else this.#resume(session, receiver);
  }

  #open(receiver: ModelReceiver): void {
    const { slot } = receiver;
    const session = new ModelSession(slot);
    this.#present.add(session);
    if (!receiver.forLife) this.#ids.set(slot, session);
    this.#sessions.push(session);
    this.#sessionsBySlot.add(slot, session);
    this.transcripts.connections.push(session.events);
    if (slot !== "raw") receiver.take("o");
    this.#listen(session, receiver);
    if (this.#world.manner === "greets") this.#write(session, "hello");
    if (this.#world.manner === "leaves") this.#close(session, { code: 3000, reason: "Go away!" });
  }

  #resume(session: ModelSession, receiver: ModelReceiver): void {
    if (session.phase === "over") {
      this.#sendClose(session, receiver);
      return;
    }
    this.#listen(session, receiver);
    this.#handOver(session);
  }

  /** From here on the session has that receiver, unless it has ended with its first frame. */
  #listen(session: ModelSession, receiver: ModelReceiver): void {
    session.requests++;
    session.receiver = receiver;
    if (session.paused) receiver.seen.push("paused");
    receiver.session = session;
    if (receiver.ended) this.#leave(session);
    else if (session.phase === "open") {
      session.endAt = never;
      session.heartbeatAt = session.slot === "raw" ? never : this.#now + this.#world.heartbeatDelay;
    }
  }

  /** The receiver has ended as it should. */
  #leave(session: ModelSession): void {
    session.receiver = undefined;
    session.heartbeatAt = never;
    if (session.phase === "open") session.endAt = this.#now + this.#world.disconnectDelay;
  }

  #handOver(session: ModelSession): void {
    const { receiver, queue } = session;
    const { highWaterMark } = this.#world;
    if (receiver === undefined || receiver.buffered > highWaterMark) return;
    while (
      queue.length > 0 && session.receiver === receiver && receiver.buffered <= highWaterMark
    ) {
      session.exchanged = true;
      receiver.take(session.slot === "raw" ? queue.shift()! : this.#takeFrame(queue));
      if (receiver.ended) this.#leave(session);
    }
    if (session.phase === "closing") {
      if (session.receiver === undefined || queue.length > 0) return;
      session.receiver = undefined;
      this.#sendClose(session, receiver);
      this.#over(session, session.status, true);
    } else if (session.buffered <= highWaterMark) session.drainDue = true;
  }

  #emitDrained(session: ModelSession): void {
    const { phase, drainDue, needsDrain, buffered } = session;
    session.drainDue = false;
    if (phase !== "open" || !drainDue || !needsDrain) return;
    if (buffered > this.#world.highWaterMark) return;
    session.needsDrain = false;
    session.events.push("drain");
  }

  #takeFrame(queue: string[]): string {
    const messages: string[] = [];
    let bytes = 0;
    while (queue.length > 0 && bytes < this.#world.frameSize) {
      messages.push(queue.shift()!);
      bytes += messages.at(-1)!.length + 2;
    }
    return "a" + JSON.stringify(messages);
  }

  #sendClose(session: ModelSession, receiver: ModelReceiver): void {
    const { code, reason } = session.status;
    if (session.slot !== "raw") receiver.take(`c[${code},${JSON.stringify(reason)}]`);
    receiver.end(receiver.forLife ? `closed ${code} ${reason}` : "ended");
    if (session.interrupted || receiver.forLife) this.#free(session);
  }

  #over(session: ModelSession, status: Status, wasClean: boolean): void {
    session.phase = "over";
    session.status = status;
    session.queue.length = 0;
    session.heartbeatAt = never;
    session.resume();
    session.events.push(closing(status.code, status.reason, wasClean));
    this.#lookAround();
  }

  #free(session: ModelSession): void {
    session.heartbeatAt = session.endAt = session.closeAt = never;
    this.#present.delete(session);
    if (this.#ids.get(session.slot) === session) this.#ids.delete(session.slot);
  }

  abort(slot: Slot, back: number): void {
    const receiver = this.#receivers.get(slot, back);
    if (receiver !== undefined) this.#abort(receiver);
  }

  abortAll(): void {
    for (const receiver of this.#receivers.all()) this.#abort(receiver);
  }

  #abort(receiver: ModelReceiver): void {
    const session = receiver.session;
    if (session === undefined || session.receiver !== receiver) return;
    session.receiver = undefined;
    if (receiver.forLife) {
      this.#over(session, { code: 1001, reason: "Going away" }, true);
      this.#free(session);
      return;
    }
    const untouched = session.requests === 1 && !session.exchanged;
    session.interrupted = true;
    // The time that runs from a close is not armed again.
    if (session.phase === "open") session.endAt = this.#now + this.#world.disconnectDelay;
    this.#over(session, { code: 1002, reason: "Connection interrupted" }, false);
    if (untouched) this.#free(session);
  }

  stall(slot: Slot, back: number, stalled: boolean): void {
    const receiver = this.#receivers.get(slot, back);
    if (receiver === undefined || receiver.session === undefined || receiver.ended) return;
    receiver.buffered = stalled ? this.#world.highWaterMark + 1 : 0;
    if (!stalled && receiver.session.receiver === receiver) this.#handOver(receiver.session);
  }

  write(slot: Slot, back: number, text: string): void {
    const session = this.#sessionsBySlot.get(slot, back);
    if (session === undefined) return;
    this.transcripts.results.push(`write ${this.#write(session, text)}`);
  }

  #write(session: ModelSession, text: string): boolean {
    if (session.phase !== "open") return false;
    session.queue.push(text);
    const { buffered } = session;
    // Besides its bytes, a message in the queue costs 32, and 128 where it is a frame by itself.
    const overhead = session.slot === "raw" ? 128 : 32;
    if (buffered + overhead * session.queue.length > this.#world.maxBufferedBytes) {
      this.#close(session, { code: 1008, reason: "Slow consumer" });
    } else if (buffered <= this.#world.highWaterMark) return true;
    session.needsDrain = true;
    return false;
  }

  send(slot: Slot, messages: readonly string[]): void {
    const overHttp = slot === "a" || slot === "b";
    const session = overHttp ? this.#ids.get(slot) : this.#sessionsBySlot.get(slot, 0);
    const refused = session === undefined || overHttp && session.interrupted;
    if (overHttp) this.transcripts.results.push(`send ${refused ? 404 : 204}`);
    if (refused || !overHttp && session.receiver === undefined) return;
    if (messages.length > 0) session.exchanged = true;
    if (messages.length > 0 && overHttp && session.paused) session.waiting++;
    for (const message of messages) {
      if (session.phase !== "open") return;
      session.events.push(`message ${message}`);
      if (this.#world.manner === "echoes") this.#write(session, message);
    }
  }

  close(slot: Slot, back: number, code: number, reason: string): void {
    const session = this.#sessionsBySlot.get(slot, back);
    if (session !== undefined) this.#close(session, { code, reason });
  }

  #close(session: ModelSession, status: Status): void {
    if (session.phase !== "open") return;
    session.phase = "closing";
    session.status = status;
    session.resume();
    session.heartbeatAt = never;
    session.endAt = this.#now + this.#world.disconnectDelay;
  }

  pause(slot: Slot, back: number, paused: boolean): void {
    const session = this.#sessionsBySlot.get(slot, back);
    if (paused) session?.pause();
    else session?.resume();
  }

  shutDown(spread: number, timeout: number): void {
    this.#shutDown = "begun";
    this.#cutAt = this.#now + spread + timeout;
    // The latest come first, each as soon as its share of the time has begun.
    const all = [...this.#present].reverse();
    all.forEach((session, i) => {
      const steps = 1 + Math.floor(i * spread / all.length / closingStep);
      session.closeAt = this.#now + steps * closingStep;
      if (spread === 0) this.#closeNow(session);
    });
    this.#lookAround();
  }

  #closeNow(session: ModelSession): void {
    session.closeAt = never;
    this.#close(session, { code: 1001, reason: "Server is shutting down" });
  }

  /** A server that shuts down forgets those that linger when all are over. */
  #lookAround(): void {
    const present = [...this.#present];
    if (this.#shutDown !== "begun" || present.some(({ phase }) => phase !== "over")) return;
    this.#shutDown = "done";
    this.#cutAt = never;
    present.forEach((session) => this.#free(session));
  }

  pass(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = this.#sessions.map(({ dueAt }) => dueAt);
      const next = Math.min(this.#cutAt, ...due);
      if (next > end) break;
      this.#now = next;
      const session = this.#sessions[due.indexOf(next)];
      if (session === undefined) this.#cutAll();
      else if (session.closeAt <= next) this.#closeNow(session);
      else this.#timeOut(session);
    }
    this.#now = end;
  }

  #cutAll(): void {
    this.#cutAt = never;
    for (const session of this.#present) {
      this.#handOver(session);
      this.#cut(session);
    }
  }

  #timeOut(session: ModelSession): void {
    const { receiver } = session;
    if (receiver !== undefined && session.heartbeatAt <= this.#now) {
      receiver.take("h");
      session.heartbeatAt += this.#world.heartbeatDelay;
      session.exchanged = true;
      if (receiver.ended) this.#leave(session);
    } else this.#cut(session);
  }

  #cut(session: ModelSession): void {
    const { receiver, phase, status } = session;
    session.receiver = undefined;
    receiver?.end(receiver.forLife ? `closed ${status.code} ${status.reason}` : "ended");
    if (phase === "open") this.#over(session, { code: 1006, reason: "" }, false);
    if (phase === "closing") this.#over(session, status, true);
    this.#free(session);
  }

  settle(): void {
    this.#handOverAll();
    for (let looks = 0; this.#late.length > 0; looks++) {
      if (looks > 0) this.pass(10);
      const late = this.#late;
      this.#late = [];
      // Who has seen that the first has gone looks no more, though another may be faster.
      const stillThere = late.map(({ slot }) => this.#ids.get(slot)?.receiver !== undefined);
      for (const [i, receiver] of late.entries()) {
        if (stillThere[i] && looks < this.#world.maxChecks) this.#late.push(receiver);
        else this.#receive(receiver);
      }
      this.#handOverAll();
    }
  }

  #handOverAll(): void {
    this.#sessions.forEach((session) => this.#handOver(session));
    this.#sessions.forEach((session) => this.#emitDrained(session));
  }

  states(): string[] {
    const sessions = this.#sessions.map(({ phase, buffered, waiting }) =>
      `state ${states[phase]}, ${buffered} bytes, ${waiting} senders wait`
    );
    return [...sessions, `closed: ${this.#shutDown === "done"}`];
  }

  size(): number {
    return this.#present.size;
  }
}
