/**
 * A send that this server carries: the owner says whether its messages were accepted.
 *
 * @module
 */

import type { Timeouts } from "../event_loop/timeouts.ts";
import type { RequestRuntime } from "../runtimes/runtime.ts";
import { type Answer, Answering } from "./answer.ts";
import {
  type Head,
  nameFields,
  type SessionName,
  toCarrier,
  toOwner,
} from "./exchange_messages.ts";
import type { Exchange, Peer } from "./peer.ts";

/** Ends with the owner's answer, or when the client goes. */
export class CarriedSend implements Exchange {
  readonly #peer: Peer;
  readonly #number: number;
  readonly #runtime: RequestRuntime;
  readonly #answering: Answering<true>;
  readonly #done: () => void;
  #isHeld = false;
  #isOver = false;

  /** @param done is called at its end. */
  constructor(
    peer: Peer,
    number: number,
    runtime: RequestRuntime,
    timeouts: Timeouts,
    done: () => void,
  ) {
    this.#peer = peer;
    this.#number = number;
    this.#runtime = runtime;
    this.#done = done;
    this.#answering = new Answering(timeouts, () => this.#finish(true));
  }

  /** Asks the owner. */
  request(name: SessionName, payload: string): Promise<Answer<true>> {
    this.#peer.carry(this.#number, this);
    this.#peer.send([toOwner.send, this.#number, ...nameFields(name)], payload);
    return this.#answering.answer;
  }

  take(kind: string, _head: Head): void {
    if (kind === toCarrier.held) return this.#hold();
    this.#finish(false);
    if (kind === toCarrier.accepted) this.#answering.answered(true);
    else this.#answering.refused(kind);
  }

  /** The application pauses. As at home, the client waits for as long as it likes. */
  #hold(): void {
    this.#answering.wait();
    this.#isHeld = true;
    this.#runtime.suspendIdleTimeout?.(Infinity);
    this.#runtime.onAbandoned?.(() => {
      this.#finish(true);
      this.#answering.refused("gone");
    });
  }

  /** The owner answers even so. */
  leave(): void {}

  /** The server has closed: the client does not learn whether its messages were accepted. */
  giveUp(): void {
    this.#finish(true);
    this.#answering.refused("broken");
  }

  broken(): void {
    this.#finish(false);
    this.#answering.refused("broken");
  }

  #finish(isCancelled: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#isHeld) this.#runtime.restoreIdleTimeout?.();
    this.#isHeld = false;
    if (isCancelled) this.#peer.send([toOwner.cancel, this.#number]);
    this.#peer.carriedEnd(this.#number);
    this.#done();
  }
}
