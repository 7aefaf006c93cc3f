/**
 * All requests that this server carries at the moment, and how many these may be.
 *
 * @module
 */

import { Timeouts } from "../event_loop/timeouts.ts";
import type { StrayReceive } from "../routing/carrier.ts";
import type { HandlerResult } from "../routing/route.ts";
import type { RequestRuntime } from "../runtimes/runtime.ts";
import type { Answer } from "./answer.ts";
import { CarriedReceive } from "./carried_receive.ts";
import { CarriedSend } from "./carried_send.ts";
import type { CarriedClient, SessionName } from "./exchange_messages.ts";
import type { Peer } from "./peer.ts";

/** Begins them, and knows when the last one has ended. */
export class CarriedExchanges {
  readonly #max: number;
  readonly #timeouts: Timeouts;
  readonly #receives = new Set<CarriedReceive>();
  #count = 0;
  #lastNumber = 0;
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
    return this.#count >= this.#max;
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
    const number = ++this.#lastNumber;
    const receive = new CarriedReceive(peer, number, stray, this.#timeouts, (isInterrupted) => {
      this.#receives.delete(receive);
      done(isInterrupted);
      this.#ended();
    });
    this.#receives.add(receive);
    this.#count++;
    return receive.request(name, clientOf(stray));
  }

  /** Carries a send. */
  send(
    peer: Peer,
    runtime: RequestRuntime,
    name: SessionName,
    payload: string,
  ): Promise<Answer<true>> {
    const number = ++this.#lastNumber;
    const send = new CarriedSend(peer, number, runtime, this.#timeouts, () => this.#ended());
    this.#count++;
    return send.request(name, payload);
  }

  /** Ends all responses; the sessions go on. Resolves when nothing is left, or after `timeout` ms. */
  async close(timeout: number): Promise<void> {
    for (const receive of this.#receives) receive.leave();
    if (this.#count === 0) return;
    let timer;
    await new Promise<void>((resolve) => {
      this.#lastEnded = resolve;
      timer = setTimeout(resolve, timeout);
    });
    clearTimeout(timer);
  }

  #ended(): void {
    if (--this.#count === 0) this.#lastEnded?.();
  }
}

function clientOf({ call, protocol }: StrayReceive): CarriedClient {
  const { url, headers, prefix, remote, endpoints } = call.clientInfo(protocol);
  return { protocol, url, prefixLength: prefix.length, headers, remote, local: endpoints.local };
}
