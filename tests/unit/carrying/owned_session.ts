/**
 * A session whose owner is linked to another server, which a test plays.
 *
 * @module
 */

import {
  type CarriedClient,
  type Head,
  nameFields,
  type SessionName,
  toOwner,
} from "../../../src/carrying/exchange_messages.ts";
import { Owner } from "../../../src/carrying/owner.ts";
import type { Ownership } from "../../../src/carrying/ownership.ts";
import { decodePacket } from "../../../src/carrying/packets.ts";
import { Peer, type PeerHost } from "../../../src/carrying/peer.ts";
import type { ServerOptions } from "../../../src/options/server_options.ts";
import { readOptions } from "../../../src/options/settings.ts";
import type { Protocol } from "../../../src/protocol/transport_names.ts";
import type { Service } from "../../../src/routing/call.ts";
import type { Application } from "../../../src/session/application.ts";
import { ClientInfo } from "../../../src/session/client_info.ts";
import { Session } from "../../../src/session/session.ts";
import { SessionStore } from "../../../src/session/session_store.ts";

const hash = "ab";
const claimNumber = 7;

/** What the carrier of an exchange gets. */
export class CarriedNotes {
  readonly notes: string[] = [];

  take(kind: string, _head: Head, body = ""): void {
    this.notes.push(body === "" ? kind : `${kind} ${body.trimEnd()}`);
  }

  broken(): void {
    this.notes.push("broken");
  }
}

/** The owner's end, and that of the carrier. */
export class OwnedSession {
  readonly sessions: SessionStore;
  readonly session: Session;
  readonly service: Service;
  /** What the application is told. */
  readonly events: string[] = [];
  /** Errors at the owner. */
  readonly errors: unknown[] = [];
  /** The other server, as the owner sees it. */
  readonly atOwner: Peer;
  /** The owner, as the other server sees it. */
  readonly atCarrier: Peer;
  /** Whether packets get through. */
  isCut = false;
  /** How many there were, from either end. */
  packets = 0;
  /** Whether those of the owner do not. */
  dropsAtCarrier = false;
  /** Whether the owner has to check its claims first, and who waits for that. */
  isStale = false;
  readonly checks: (() => void)[] = [];
  /** The numbers of claims that it was asked for and does not have. */
  readonly disowned: number[] = [];
  #lastNumber = 0;

  constructor(options: ServerOptions & { key?: string; maxServed?: number } = {}) {
    const { key, maxServed = 100, ...others } = options;
    const settings = readOptions(others);
    const sessions = this.sessions = new SessionStore(settings);
    const client = new ClientInfo("xhr-polling", "/", 0, new Headers(), {});
    const session = this.session = new Session(sessions, client, "x", false, key);
    session.application = this.#application();
    sessions.add(session);
    const authorization = key === undefined ? undefined : { authorize: () => true, report() {} };
    this.service = { sessions, settings, authorization } as unknown as Service;
    const isStale = () => this.isStale;
    const ownership = {
      get isStale() {
        return isStale();
      },
      check: () => new Promise<void>((resolve) => this.checks.push(resolve)),
      disown: ({ number }: SessionName) => Promise.resolve(void this.disowned.push(number)),
      session: (name: SessionName) =>
        name.hash === hash && name.number === claimNumber ? sessions.get("x") : undefined,
    };
    const owner = new Owner(this.service, ownership as unknown as Ownership, maxServed);
    const link = { peerTimeout: 6000, maxPayload: 64 * 1024, maxMessage: 1_000_000 };
    const host = (other: () => Peer, begun: PeerHost["begun"]): PeerHost => ({
      publish: (payload) => {
        this.packets++;
        const packet = decodePacket(payload)!;
        const isDropped = this.isCut || (this.dropsAtCarrier && packet.from === "0a");
        if (!isDropped) queueMicrotask(() => other().link.received(packet));
        return Promise.resolve(1);
      },
      begun,
      failed: (error) => this.errors.push(error),
    });
    this.atOwner = new Peer(
      "0a",
      "0b",
      link,
      host(() => this.atCarrier, (peer, head, body) => owner.begun(peer, head, body)),
    );
    this.atCarrier = new Peer("0b", "0a", link, host(() => this.atOwner, () => {}));
  }

  #application(): Application {
    const { events } = this;
    const application = {
      opened: () => events.push("opened"),
      received: (messages: readonly string[]) => events.push(...messages),
      drained: () => events.push("drained"),
      closed: ({ code }: { code: number }) => events.push(`closed ${code}`),
      forget: () => {},
      unreadCost: 0,
    };
    return application as unknown as Application;
  }

  /** Begins an exchange with any message. */
  begin(kind: string, rest: readonly unknown[], body?: string): CarriedNotes & { number: number } {
    const number = ++this.#lastNumber;
    const carried = Object.assign(new CarriedNotes(), { number });
    this.atCarrier.carry(number, carried);
    this.atCarrier.send([kind, number, ...rest], body);
    return carried;
  }

  send(body: string, name: Partial<{ hash: string; number: number; key: string }> = {}) {
    return this.begin(toOwner.send, this.name(name), body);
  }

  receive(
    protocol: Protocol = "xhr-streaming",
    name: Partial<{ hash: string; number: number; key: string }> = {},
  ) {
    return this.begin(toOwner.receive, [...this.name(name), clientOf(protocol)]);
  }

  /** The name of the session, with other members if they are given. */
  name(other: Partial<{ hash: string; number: number; key: string }> = {}): unknown[] {
    return nameFields({ hash, number: claimNumber, key: this.session.key, ...other });
  }

  /** Sends a message of an exchange that has begun. */
  tell(kind: string, { number }: { number: number }, argument?: unknown): void {
    this.atCarrier.send([kind, number, argument]);
  }
}

function clientOf(protocol: Protocol): CarriedClient {
  const remote = { address: "192.0.2.1", port: 5 };
  const headers = { "user-agent": "test" };
  return { protocol, url: "/echo/0/x/xhr", prefixLength: 5, headers, remote, local: undefined };
}
