/**
 * One session of a soak, from its opening to its end.
 *
 * @module
 */

import type { Client, Listener } from "./client.ts";
import { Ledger } from "./ledger.ts";
import { type Life, sleep } from "./lives.ts";
import { bye, close, type Random, randomGap } from "./messages.ts";
import { type Ended, options } from "./service.ts";
import type { Tally } from "./tally.ts";

/** How long a session may receive nothing, in ms. Heartbeats are far more frequent. */
const timeLimit = 30_000;

/** A session, which checks all that it receives. */
export class Session implements Listener {
  readonly id: string;
  readonly #life: Life;
  readonly #client: Client;
  readonly #random: Random;
  readonly #tally: Tally;
  readonly #ledger: Ledger;
  readonly #opened = Promise.withResolvers<void>();
  /** Whether it ever opened. */
  isOpen = false;
  #closed: { code: number; reason: string } | undefined;
  #lastReceived = performance.now();
  /** Whether the client has ended it, or given it up: then it may break. */
  #isLeft = false;
  #isBroken = false;
  /** Whether it receives no more. */
  #isOver = false;

  constructor(id: string, life: Life, client: Client, random: Random, tally: Tally) {
    this.id = id;
    this.#life = life;
    this.#client = client;
    this.#random = random;
    this.#tally = tally;
    this.#ledger = new Ledger(tally);
  }

  /** Lives until its end, which comes early when the soak is over. */
  async live(soak: { readonly isOver: boolean }): Promise<void> {
    const received = this.#receive();
    await Promise.race([this.#opened.promise, received]);
    const end = performance.now() + this.#life.length;
    while (!this.#isOver && !this.#isLeft && !soak.isOver && performance.now() < end) {
      await sleep(randomGap(this.#random));
      await this.#speak();
    }
    if (this.#isOver) {
      this.#break(new Error(`the server ended it: ${JSON.stringify(this.#closed)}`));
    }
    if (!this.#isLeft) await this.#end(received);
    this.#isLeft = true;
    this.#client.cut();
    await received;
    const { ends } = this.#tally;
    ends[this.#life.end] = (ends[this.#life.end] ?? 0) + 1;
  }

  /** Gives it up when it has been silent for too long. */
  watch(): void {
    if (this.#isLeft || performance.now() - this.#lastReceived < timeLimit) return;
    this.#break(new Error(`silent for ${timeLimit / 1000} s`));
    this.#client.cut();
  }

  /** Adds up, with what the server said when its connection was over, if it did. */
  settle(ended: Ended | undefined): void {
    // One that broke is a fault in itself: what it lost, too, is hard to say.
    if (!this.#isBroken) this.#ledger.close(ended);
  }

  opened(): void {
    if (this.isOpen) return this.#break(new Error("it opened anew: the server had given it up"));
    this.isOpen = true;
    this.#tally.opened++;
    this.#opened.resolve();
  }

  heartbeat(): void {
    this.#lastReceived = performance.now();
    this.#tally.heartbeats++;
  }

  message(text: string): void {
    this.#lastReceived = performance.now();
    this.#ledger.received(text);
  }

  closed(code: number, reason: string): void {
    this.#closed = { code, reason };
  }

  async #receive(): Promise<void> {
    try {
      await this.#client.receive(this);
    } catch (error) {
      this.#break(new Error(`Cannot receive: ${(error as Error).message}`));
    }
    this.#isOver = true;
  }

  /** Says something; now and then several things at once. */
  async #speak(): Promise<void> {
    if (this.#isOver) return;
    const count = this.#random() < 0.05 ? 5 : 1;
    const messages = Array.from({ length: count }, () => this.#ledger.next(this.#random));
    const last = this.#ledger.sent;
    // A session that its client has left may be over, and drop what it accepts.
    const isAccepted = await this.#send(messages) && this.#client.confirmsSends && !this.#isLeft;
    if (isAccepted) this.#ledger.accepted(last);
  }

  async #send(messages: readonly string[]): Promise<boolean> {
    try {
      await this.#client.send(messages);
      return true;
    } catch (error) {
      this.#break(new Error(`Cannot send: ${(error as Error).message}`));
      return false;
    }
  }

  async #end(received: Promise<void>): Promise<void> {
    const client = this.#client;
    switch (this.#life.end) {
      case "leaves":
        await this.#send([bye]);
        await within(Promise.race([this.#ledger.saidBye, received]), timeLimit);
        this.#needBye();
        return await this.#goAway(received);
      case "is closed":
        await this.#send([close]);
        await within(received, timeLimit);
        this.#needBye();
        if (this.#closed?.code === 3000 && this.#closed.reason === "Go away!") return;
        return this.#break(
          new Error(`asked for a close, and received ${JSON.stringify(this.#closed)}`),
        );
      case "FIN":
        return;
      case "RST":
        this.#isLeft = true;
        client.stopReading();
        // The response to one is the last to be read, that to the other is unread.
        await this.#speak();
        await within(received, 2 * options.heartbeatDelay);
        await this.#send([this.#ledger.next(this.#random)]);
        // Nothing is read any more that could tell when the response has come.
        return await sleep(300);
      case "vanishes":
        this.#isLeft = true;
        client.stopReceiving();
        // The server has to find that out by its own timeouts.
        return await sleep(options.heartbeatDelay + options.disconnectDelay + 2000);
    }
  }

  async #goAway(received: Promise<void>): Promise<void> {
    const { confirmsSends: isTold } = this.#client;
    if (this.#isLeft) return;
    // Over HTTP that is a cut; a websocket says so, and must still be there for that.
    this.#isLeft = isTold;
    try {
      await this.#client.leave();
    } catch (error) {
      this.#break(error as Error);
    }
    this.#isLeft = true;
    await within(received, 2 * options.heartbeatDelay);
  }

  #needBye(): void {
    if (!this.#ledger.receivedBye) this.#break(new Error("the answer to its last message is lost"));
  }

  #break(error: Error): void {
    if (this.#isLeft) return;
    this.#isLeft = this.#isBroken = true;
    this.#tally.broken++;
    const since = ((performance.now() - this.#lastReceived) / 1000).toFixed(1);
    this.#tally.addFault(
      `${this.#life.transport} ${this.id}, ${since} s after it last received something: ${error.message}`,
    );
  }
}

/** Waits for something, but not for ever. */
async function within(something: Promise<void>, time: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, time);
  await Promise.race([something, promise]);
  clearTimeout(timer);
}
