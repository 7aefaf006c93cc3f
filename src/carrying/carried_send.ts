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
  /** The number of its message at the link. */
  #sent: number | undefined;
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
    this.#sent = this.#peer.begin([toOwner.send, this.#number, ...nameFields(name)], payload);
    if (this.#sent === undefined) this.#refuse("long");
    return this.#answering.answer;
  }

  take(kind: string, _head: Head): void {
    if (kind === toCarrier.held) return this.#hold();
    if (kind !== toCarrier.accepted) return this.#refuse(kind);
    this.#finish(false);
    this.#answering.answered(true);
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

  /** Too much waits, or the server has closed. Whether its messages were accepted stays unknown. */
  giveUp(): void {
    this.#finish(true);
    this.#answering.refused("broken");
  }

  broken(): void {
    this.#refuse("broken");
  }

  #refuse(refusal: string): void {
    this.#finish(false);
    this.#answering.refused(refusal);
  }

  #finish(isCancelled: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#isHeld) this.#runtime.restoreIdleTimeout?.();
    this.#isHeld = false;
    // An owner that is slower than the clients would leave more and more of them behind.
    if (isCancelled && !this.#peer.takeBack(this.#sent ?? 0)) {
      this.#peer.send([toOwner.cancel, this.#number]);
    }
    this.#peer.carriedEnd(this.#number);
    this.#done();
  }
}
