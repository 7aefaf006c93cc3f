/**
 * Another server: the link to it, and the exchanges under way with it.
 *
 * @module
 */

import { guarded } from "../event_loop/guard.ts";
import { type Timer, unheldTimer } from "../event_loop/unheld_timer.ts";
import {
  decodeMessage,
  encodeMessage,
  type Head,
  isBeginning,
  isFromOwner,
} from "./exchange_messages.ts";
import type { LinkOwner, LinkSettings } from "./link_owner.ts";
import { ServerLink } from "./server_link.ts";

/** One exchange, at either end. */
export interface Exchange {
  /** A message of the other end has come. */
  take(kind: string, head: Head, body: string): void;
  /** The link is broken: the other end knows nothing of it any more. */
  broken(): void;
  /** It sends what it wanted to tell the other end soon. */
  tell?(): void;
}

/** What a peer needs of its server. */
export interface PeerHost {
  publish(payload: string): Promise<number | undefined>;
  /** An exchange that the other server begins. */
  begun(peer: Peer, head: Head, body: string): void;
  failed(error: unknown): void;
}

/**
 * Milliseconds that messages may wait for others to the same server. With fewer, timers would wake a
 * process nearly as often as messages do.
 */
const patience = 25;
/** Milliseconds in which exchanges tell what they want to tell soon: all that do, together. */
const tellDelay = 50;

/** Exchanges that this server carries have numbers of its own; those of the other one have its. */
export class Peer implements LinkOwner {
  readonly server: string;
  readonly link: ServerLink;
  /** Whether it has had to do with sessions of this server, or this one with its. */
  isKnown = false;
  readonly #host: PeerHost;
  /** Characters. */
  readonly #maxMessage: number;
  readonly #carried = new Map<number, Exchange>();
  readonly #served = new Map<number, Exchange>();
  /** Those that have something to tell soon. */
  readonly #telling = new Set<Exchange>();
  #tellTimer: Timer | undefined;

  constructor(own: string, server: string, settings: LinkSettings, host: PeerHost) {
    this.server = server;
    this.#host = host;
    this.#maxMessage = settings.maxMessage;
    this.link = new ServerLink(own, settings, this);
  }

  /** How many exchanges of the other server are served here. */
  get servedCount(): number {
    return this.#served.size;
  }

  /** Whether no exchange is under way. */
  get isFree(): boolean {
    return this.#carried.size === 0 && this.#served.size === 0;
  }

  /** Whether it may be forgotten. */
  get isIdle(): boolean {
    return this.isFree && this.link.isIdle;
  }

  /** Sends a message of an exchange. */
  send(head: Head, body?: string): void {
    this.link.send(encodeMessage(head, body));
  }

  /** Sends a message that nobody waits for, unless it would have to be there in `most` ms. */
  sendPatiently(head: Head, most: number = patience): void {
    this.link.send(encodeMessage(head), most < patience ? 0 : patience);
  }

  /** An exchange has something to tell the other end, but not at once. */
  tellSoon(exchange: Exchange): void {
    this.#telling.add(exchange);
    this.#tellTimer ??= unheldTimer(this.#tell, tellDelay);
  }

  readonly #tell = (): void => {
    this.#tellTimer = undefined;
    const all = [...this.#telling];
    this.#telling.clear();
    for (const exchange of all) guarded(this, () => exchange.tell?.(), undefined);
  };

  /** Makes the other server send what waits there. */
  hurry(): void {
    this.link.ask();
  }

  /**
   * Sends the first message of an exchange, which has texts of the client. One that is too long is not
   * sent, for it would break the link, and end the exchanges of all others.
   *
   * @returns Its number, for `takeBack`; `undefined` if it is too long.
   */
  begin(head: Head, body?: string): number | undefined {
    const message = encodeMessage(head, body);
    return message.length > this.#maxMessage ? undefined : this.link.send(message);
  }

  /** Takes the first message back, if nothing of it has been sent. */
  takeBack(number: number): boolean {
    return this.link.outgoing.takeBack(number);
  }

  /** This server carries an exchange from now on. */
  carry(number: number, exchange: Exchange): void {
    this.isKnown = true;
    this.#carried.set(number, exchange);
    this.link.expect();
  }

  /** It is over. */
  carriedEnd(number: number): void {
    if (this.#carried.delete(number)) this.link.unexpect();
  }

  /** This server serves an exchange of the other one from now on. */
  serve(number: number, exchange: Exchange): void {
    this.#served.set(number, exchange);
    this.link.expect();
  }

  /** It is over. */
  servedEnd(number: number): void {
    if (this.#served.delete(number)) this.link.unexpect();
  }

  publish(payload: string): Promise<number | undefined> {
    return this.#host.publish(payload);
  }

  /** If it has been silent, and nobody is there now, its process has ended: nobody waits any longer. */
  readonly published = (count: number | undefined): void => {
    if (count === 0 && this.link.isSilent && !this.isFree) this.link.break();
  };

  message(text: string): void {
    const message = decodeMessage(text);
    if (message !== undefined) {
      guarded(this, () => this.#take(message.head, message.body), undefined);
    }
  }

  #take(head: Head, body: string): void {
    const [kind, number] = head;
    // The carrier begins each exchange, and has the numbers.
    if (isFromOwner(kind)) this.#carried.get(number)?.take(kind, head, body);
    else if (isBeginning(kind)) {
      if (!this.#served.has(number)) this.#host.begun(this, head, body);
    } else this.#served.get(number)?.take(kind, head, body);
  }

  broken(): void {
    const all = [...this.#carried.values(), ...this.#served.values()];
    for (let count = all.length; count > 0; count--) this.link.unexpect();
    this.#carried.clear();
    this.#served.clear();
    for (const exchange of all) guarded(this, () => exchange.broken(), undefined);
  }

  failed(error: unknown): void {
    this.#host.failed(error);
  }
}
