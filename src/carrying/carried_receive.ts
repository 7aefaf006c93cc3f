/**
 * A receiving request that this server carries: the owner's frames become the response.
 *
 * @module
 */

import { guarded } from "../event_loop/guard.ts";
import type { Timeouts } from "../event_loop/timeouts.ts";
import type { ResponseHeaders } from "../http/headers.ts";
import { interrupted } from "../protocol/close_codes.ts";
import { closeFrame } from "../protocol/frames.ts";
import { Frame } from "../protocol/message.ts";
import { utf8Length } from "../protocol/utf8.ts";
import type { HttpReceiver, StrayReceive } from "../routing/carrier.ts";
import type { HandlerResult } from "../routing/route.ts";
import type { BufferOwner } from "../session/buffer_budget.ts";
import type { Receiver, ReceiverOwner } from "../session/receiver.ts";
import { type Answer, Answering } from "./answer.ts";
import {
  type CarriedClient,
  type Head,
  nameFields,
  type SessionName,
  toCarrier,
  toOwner,
} from "./exchange_messages.ts";
import type { Exchange, Peer } from "./peer.ts";

/** Bytes that the client has taken before the owner is told at once. Fewer are told a little later. */
const manyTaken = 16 * 1024;
/** The most milliseconds between two looks at what the client has taken, while something is left. */
const maxLookDelay = 1000;

/** Ends when the response has, or when the owner or the link does. */
export class CarriedReceive implements ReceiverOwner, Exchange, BufferOwner {
  readonly #peer: Peer;
  readonly #number: number;
  readonly #stray: StrayReceive;
  readonly #answering: Answering<HandlerResult | Promise<HandlerResult>>;
  readonly #done: (isInterrupted: boolean) => void;
  /** Absent until the response begins. */
  #receiver: HttpReceiver | undefined;
  /** Bytes of frames that have come, and how many of them the owner believes to be with the client. */
  #got = 0;
  #told = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** A poll has its frame, which is still on its way. */
  #isEarly = false;
  /** The client is told that the owner cannot be reached. */
  #isInterrupted = false;
  #isOver = false;

  /** @param done is called at its end, with whether that is how its client learns of the owner's. */
  constructor(
    peer: Peer,
    number: number,
    stray: StrayReceive,
    timeouts: Timeouts,
    done: (isInterrupted: boolean) => void,
  ) {
    this.#peer = peer;
    this.#number = number;
    this.#stray = stray;
    this.#done = done;
    this.#answering = new Answering(timeouts, () => this.#finish(toOwner.broken));
  }

  /** Asks the owner. Resolves with the response, or with why there is none. */
  request(
    name: SessionName,
    client: CarriedClient,
  ): Promise<Answer<HandlerResult | Promise<HandlerResult>>> {
    this.#peer.carry(this.#number, this);
    const sent = this.#peer.begin([toOwner.receive, this.#number, ...nameFields(name), client]);
    if (sent === undefined) {
      this.#finish();
      this.#answering.refused("long");
    }
    return this.#answering.answer;
  }

  /** The server closes: the response is to end, and the session to go on. */
  leave(): void {
    this.#peer.send([toOwner.leave, this.#number]);
  }

  /** Bytes that wait for the client. */
  get heldBytes(): number {
    return this.#receiver?.bufferedAmount ?? 0;
  }

  /** Too much waits in this server. */
  evict(): void {
    this.giveUp();
  }

  /** The server has closed: its session is interrupted, as nobody knows what its client has. */
  giveUp(): void {
    this.#finish(toOwner.broken);
    this.#answering.refused("broken");
    this.#receiver?.abort(interrupted);
  }

  take(kind: string, _head: Head, body: string): void {
    switch (kind) {
      case toCarrier.attached:
        return void this.#begin();
      case toCarrier.frame:
        return this.#frame(body);
      case toCarrier.last:
        return this.#receiver?.end(interrupted);
      default:
        this.#finish();
        this.#answering.refused(kind);
        // What has begun has no other end: neither the owner nor the link knows of it any more.
        this.#receiver?.abort(interrupted);
    }
  }

  /** The response begins. A poll that has its frame already is answered as a whole. */
  #begin(frame?: Frame): void {
    if (this.#receiver !== undefined) return;
    const { call, headers } = this.#stray;
    const fields: ResponseHeaders = headers(call);
    try {
      const receiver = this.#receiver = this.#stray.receiver(this, fields);
      call.service.sessions.carried.add(this);
      if (frame !== undefined) receiver.send(frame);
      this.#answering.answered(receiver.respond(call, fields));
    } catch (error) {
      this.#finish(toOwner.broken);
      this.#answering.failed(error);
    }
  }

  #frame(text: string): void {
    // A poll has one frame, whatever the other end sends.
    if (this.#isEarly) return;
    this.#got += utf8Length(text);
    const frame = new Frame(text);
    if (this.#receiver === undefined) this.#begin(frame);
    else this.#receiver.send(frame);
    this.flush();
  }

  broken(): void {
    const receiver = this.#receiver;
    this.#isInterrupted = receiver !== undefined && !this.#isEarly;
    this.#finish();
    this.#answering.refused("broken");
    if (receiver === undefined || this.#isEarly) return;
    const { code, reason } = interrupted;
    receiver.send(new Frame(this.#stray.encode(closeFrame(code, reason))));
    receiver.end(interrupted);
  }

  /** Tells the owner what the client has taken: much at once, little a moment later. */
  flush(): void {
    const receiver = this.#receiver;
    if (receiver === undefined || this.#isOver) return;
    const taken = this.#got - receiver.bufferedAmount;
    if (taken - this.#told >= manyTaken) this.tell();
    else if (taken > this.#told) this.#peer.tellSoon(this);
    else if (taken < this.#got) this.#timer ??= this.#lookLater();
  }

  #lookLater(): ReturnType<typeof setTimeout> {
    return setTimeout(() => guarded(this, this.tell, undefined), this.#lookDelay);
  }

  tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#receiver === undefined || this.#isOver) return;
    const taken = this.#got - this.#receiver.bufferedAmount;
    const more = taken - this.#told;
    if (more > 0) {
      this.#told = taken;
      const head: Head = [toOwner.taken, this.#number, taken];
      if (more >= manyTaken) this.#peer.send(head);
      else this.#peer.sendPatiently(head, this.#lookDelay);
    }
    // Runtimes do not report each part that leaves, and the owner interrupts who takes nothing.
    this.flush();
  }

  get #lookDelay(): number {
    return Math.min(maxLookDelay, this.#stray.call.service.settings.heartbeatDelay / 4);
  }

  detach(_receiver: Receiver, tookTime = false): void {
    this.#finish(toOwner.ended, tookTime);
  }

  detachEarly(): void {
    this.#isEarly = true;
    if (!this.#isOver) this.#peer.send([toOwner.early, this.#number]);
  }

  arrived(): void {
    this.#finish(toOwner.ended, false);
  }

  interrupt(): void {
    this.#finish(toOwner.broken);
  }

  failed(error: unknown): void {
    this.#finish(toOwner.broken);
    this.#peer.failed(error);
  }

  #finish(kind?: string, tookTime?: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#stray.call.service.sessions.carried.delete(this);
    // The owner interrupts a client that takes nothing in `heartbeatDelay`.
    const most = this.#lookDelay;
    if (kind === toOwner.ended) this.#peer.sendPatiently([kind, this.#number, tookTime], most);
    else if (kind !== undefined) this.#peer.send([kind, this.#number]);
    this.#peer.carriedEnd(this.#number);
    this.#done(this.#isInterrupted);
  }
}
