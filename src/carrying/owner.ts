/**
 * Serves exchanges that other servers begin, for sessions of this one.
 *
 * @module
 */

import { decodeBody } from "../protocol/payload.ts";
import type { Service } from "../routing/call.ts";
import type { Pause } from "../session/pause.ts";
import { ClientInfo, type RemoteAddress } from "../session/client_info.ts";
import type { Session } from "../session/session.ts";
import { transports } from "../transports/all.ts";
import { waitForPreviousReceiver } from "../transports/routes/downstream.ts";
import {
  type CarriedClient,
  type Head,
  readClient,
  readName,
  type SessionName,
  toCarrier,
  toOwner,
} from "./exchange_messages.ts";
import type { Ownership } from "./ownership.ts";
import type { Exchange, Peer } from "./peer.ts";
import { type RemoteFraming, RemoteReceiver } from "./remote_receiver.ts";

/** How many messages a server may leave unacknowledged of which no session is known here. */
const maxUnacknowledged = 1000;

/** Finds the sessions, and attaches receivers or takes messages. */
export class Owner {
  readonly service: Service;
  readonly ownership: Ownership;
  readonly #maxServed: number;
  /** Refusals that wait until no claim stands. */
  #refusals = 0;

  /** @param maxServed How many exchanges of each other server may be under way. */
  constructor(service: Service, ownership: Ownership, maxServed: number) {
    this.service = service;
    this.ownership = ownership;
    this.#maxServed = maxServed;
  }

  /** The first message of an exchange. */
  begun(peer: Peer, head: Head, body: string): void {
    const [kind, number] = head;
    const name = readName(head);
    // Whoever asks without end and reads no answer gets none: they would pile up here.
    const most = peer.isKnown ? maxUnacknowledged + 10 * this.#maxServed : maxUnacknowledged;
    if (peer.link.load.unacknowledged + this.#refusals >= most) return;
    const refuse = (why: string) => peer.send([why, number]);
    if (name === undefined) return refuse(toCarrier.none);
    if (peer.servedCount >= this.#maxServed) return refuse(toCarrier.full);
    if (this.ownership.isStale) {
      return void this.#check(peer, head, body).catch((error) => peer.failed(error));
    }
    const session = this.ownership.session(name);
    if (session === undefined) {
      this.#refusals++;
      return void this.ownership.disown(name).then(() => {
        this.#refusals--;
        refuse(toCarrier.none);
      }).catch((error) => peer.failed(error));
    }
    peer.isKnown = true;
    if (this.#isForbidden(session, name)) return refuse(toCarrier.forbidden);
    if (kind === toOwner.send) return this.#accept(peer, number, session, body);
    const client = readClient(head);
    const framing = client && this.#framing(client);
    if (client === undefined || framing === undefined) return refuse(toCarrier.none);
    const clientInfo = new CarriedClientInfo(client);
    if (!session.attached) return void this.#attach(peer, number, session, framing, clientInfo);
    const waiting = new WaitingExchange(peer, number);
    waitForPreviousReceiver(this.service.sessions, session.id).then(() => {
      if (waiting.isOver) return;
      waiting.end();
      // The id may be another session's by now.
      if (this.ownership.session(name) !== session) return refuse(toCarrier.none);
      const receiver = this.#attach(peer, number, session, framing, clientInfo);
      if (waiting.isToLeave) receiver.leave();
    }).catch((error) => session.failed(error));
  }

  /** The session may be another server's by now. */
  async #check(peer: Peer, head: Head, body: string): Promise<void> {
    const waiting = new WaitingExchange(peer, head[1]);
    await this.ownership.check();
    if (waiting.isOver) return;
    waiting.end();
    this.begun(peer, head, body);
  }

  #isForbidden(session: Session, { key }: SessionName): boolean {
    return session.key !== key && this.service.authorization !== undefined;
  }

  #framing({ protocol, url }: CarriedClient): RemoteFraming | undefined {
    const framing = transports[protocol].receiving?.framing(url);
    if (framing === undefined || typeof framing === "string") return undefined;
    return { encode: framing.encode, isStream: framing.prelude !== undefined };
  }

  #attach(
    peer: Peer,
    number: number,
    session: Session,
    framing: RemoteFraming,
    client: ClientInfo,
  ): RemoteReceiver {
    const { sessions, settings } = this.service;
    const receiver = new RemoteReceiver(peer, number, session, sessions, framing, settings);
    receiver.attach();
    session.attach(receiver, client);
    receiver.confirm();
    return receiver;
  }

  #accept(peer: Peer, number: number, session: Session, payload: string): void {
    // The carrier has checked it as well. A longer one would take long to decode.
    const isLong = payload.length > this.service.settings.maxMessageSize;
    const messages = isLong ? "" : decodeBody(payload);
    if (typeof messages === "string" || session.interrupted) {
      return peer.send([toCarrier.none, number]);
    }
    session.accept(messages);
    const { currentPause } = session;
    if (messages.length > 0 && currentPause !== undefined) {
      new HeldSend(peer, number, session, currentPause).hold();
    } else peer.send([toCarrier.accepted, number]);
  }
}

/** A receiving request that waits for the former one to go, or any exchange that waits for a check. */
class WaitingExchange implements Exchange {
  readonly #peer: Peer;
  readonly #number: number;
  isOver = false;
  /** Its server has begun to close meanwhile. */
  isToLeave = false;

  constructor(peer: Peer, number: number) {
    this.#peer = peer;
    this.#number = number;
    peer.serve(number, this);
  }

  take(kind: string): void {
    if (kind === toOwner.broken || kind === toOwner.cancel) this.end();
    this.isToLeave ||= kind === toOwner.leave;
  }

  broken(): void {
    this.isOver = true;
  }

  end(): void {
    this.isOver = true;
    this.#peer.servedEnd(this.#number);
  }
}

/** A send whose sender waits while the application pauses. */
class HeldSend implements Exchange {
  readonly #peer: Peer;
  readonly #number: number;
  readonly #session: Session;
  readonly #pause: Pause;

  constructor(peer: Peer, number: number, session: Session, pause: Pause) {
    this.#peer = peer;
    this.#number = number;
    this.#session = session;
    this.#pause = pause;
  }

  hold(): void {
    this.#peer.serve(this.#number, this);
    this.#peer.send([toCarrier.held, this.#number]);
    this.#pause.wait(this.#resume);
    this.#session.recount();
  }

  readonly #resume = (): void => {
    this.#peer.servedEnd(this.#number);
    this.#peer.send([toCarrier.accepted, this.#number]);
  };

  take(kind: string): void {
    if (kind !== toOwner.cancel) return;
    this.#peer.servedEnd(this.#number);
    this.broken();
  }

  broken(): void {
    this.#pause.leave(this.#resume);
    this.#session.recount();
  }
}

/** What the carrier knows of the client. */
export class CarriedClientInfo extends ClientInfo {
  readonly #remote: RemoteAddress | undefined;

  constructor({ protocol, url, prefixLength, headers, remote, local }: CarriedClient) {
    const source = { get: (name: string) => headers[name] ?? null } as Headers;
    super(protocol, url, prefixLength, source, { local });
    this.#remote = remote;
  }

  override get remote(): RemoteAddress | undefined {
    return this.#remote;
  }
}
