/**
 * All requests that this server carries at the moment, and how many these may be.
 *
 * @module
 */

import { Timeouts } from "../event_loop/timeouts.ts";
import type { StrayReceive } from "../routing/carrier.ts";
import type { HandlerResult } from "../routing/route.ts";
import type { RequestRuntime } from "../runtimes/runtime.ts";
import { type Answer, full } from "./answer.ts";
import { CarriedReceive } from "./carried_receive.ts";
import { CarriedSend } from "./carried_send.ts";
import type { CarriedClient, SessionName } from "./exchange_messages.ts";
import type { Peer } from "./peer.ts";

/** A request that this server carries. */
interface Carried {
  /** The server closes: the response is to end, and the session to go on. */
  leave(): void;
  /** The server has closed. */
  giveUp(): void;
}

/** Begins them, and knows when the last one has ended. */
export class CarriedExchanges {
  readonly #max: number;
  readonly #timeouts: Timeouts;
  readonly #all = new Set<Carried>();
  #lastNumber = 0;
  #isClosing = false;
  #isClosed = false;
  #lastEnded: (() => void) | undefined;

  /**
   * @param answerTimeout Milliseconds in which an owner has to answer first.
   * @param max How many there may be.
   */
  constructor(answerTimeout: number, max: number) {
    this.#timeouts = new Timeouts(answerTimeout);
    this.#max = max;
  }

  /** Whether there may be no more. */
  get isFull(): boolean {
    return this.#isClosed || this.#all.size >= this.#max;
  }

  /**
   * Carries a receiving request. Resolves when its response begins.
   *
   * @param done is called at its end: whether the client was told of an interruption.
   */
  receive(
    peer: Peer,
    stray: StrayReceive,
    name: SessionName,
    done: (isInterrupted: boolean) => void,
  ): Promise<Answer<HandlerResult | Promise<HandlerResult>>> {
    if (this.isFull) return Promise.resolve(full);
    const number = ++this.#lastNumber;
    const receive = new CarriedReceive(peer, number, stray, this.#timeouts, (isInterrupted) => {
      done(isInterrupted);
      this.#ended(receive);
    });
    this.#all.add(receive);
    const answer = receive.request(name, clientOf(stray));
    if (this.#isClosing) receive.leave();
    return answer;
  }

  /** Carries a send. There may be too many by now: reading its body takes a while. */
  send(
    peer: Peer,
    runtime: RequestRuntime,
    name: SessionName,
    payload: string,
  ): Promise<Answer<true>> {
    if (this.isFull) return Promise.resolve(full);
    const number = ++this.#lastNumber;
    const send = new CarriedSend(peer, number, runtime, this.#timeouts, () => this.#ended(send));
    this.#all.add(send);
    return send.request(name, payload);
  }

  /** Ends all responses; the sessions go on. What is left after `timeout` ms is given up. */
  async close(timeout: number): Promise<void> {
    this.#isClosing = true;
    for (const carried of this.#all) carried.leave();
    if (this.#all.size > 0) {
      let timer;
      await new Promise<void>((resolve) => {
        this.#lastEnded = resolve;
        timer = setTimeout(resolve, timeout);
      });
      clearTimeout(timer);
    }
    this.#isClosed = true;
    // Their owner does not answer, or their client takes nothing.
    for (const carried of [...this.#all]) carried.giveUp();
  }

  #ended(carried: Carried): void {
    this.#all.delete(carried);
    if (this.#all.size === 0) this.#lastEnded?.();
  }
}

function clientOf({ call, protocol }: StrayReceive): CarriedClient {
  const { url, headers, prefix, remote, endpoints } = call.clientInfo(protocol);
  return { protocol, url, prefixLength: prefix.length, headers, remote, local: endpoints.local };
}
