/**
 * Finds the other members of a local bus, and keeps a link to each.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import type { Folder, RegistryEntry } from "./folder.ts";
import { kinds, textFrame } from "./bus_frames.ts";
import { Link, type LinkOwner } from "./member_link.ts";
import { OwnSocket } from "./own_socket.ts";

/** What is told of other members. */
export interface MembersListener {
  linked(link: Link): void;
  frame(link: Link, kind: number, body: Buffer): void;
  /** A link is gone, or a call has failed. */
  gone(link: Link): void;
  /** After each look into the folder. */
  looked(registry: RegistryEntry | undefined): void;
  warn(message: string): void;
}

/** The times and limits of links. */
export interface LinkSettings {
  readonly maxFrame: number;
  readonly maxQueued: number;
  /** Milliseconds without a sign of life after which a member counts as gone. */
  readonly peerTimeout: number;
}

/** The longest time between two looks into the folder, in milliseconds. */
const maxInterval = 1000;
/**
 * Bytes of subscriptions and other frames that may wait for a member that says nothing, in addition to
 * messages.
 */
const maxControl = 8 * 1024 * 1024;
/** Milliseconds after which such a member counts as one that reads nothing. */
const maxSilence = 2000;
/** When a timer is so many milliseconds late, this process was frozen. */
const late = 1000;
/** Milliseconds in which both ends have to prove that they know the secret. */
const handshakeTimeout = 3000;
/** How many callers may be in the middle of their handshake. */
const maxCallers = 64;

/** A member that is known, but not linked. */
interface Unlinked {
  /** By `performance.now()`. */
  since: number;
  /** Whether it was cut off because it did not answer: the log says so. */
  readonly wasSilent: boolean;
}

/** The other members, as far as this one is linked with them. */
export class Members implements LinkOwner {
  readonly id: string = randomBytes(8).toString("hex");
  /** That of the folder, since the last look. */
  secret: string;
  readonly maxFrame: number;
  readonly maxQueued: number;
  /** By their ids. */
  readonly links = new Map<string, Link>();
  readonly #listener: MembersListener;
  readonly #folder: Folder;
  readonly #socket: OwnSocket;
  readonly #peerTimeout: number;
  readonly #interval: number;
  readonly #calls = new Map<string, Link>();
  /** Callers without a finished handshake, oldest first. */
  readonly #callers = new Set<Link>();
  readonly #unlinked = new Map<string, Unlinked>();
  readonly #warned = new Set<string>();
  #timer: ReturnType<typeof setInterval> | undefined;
  /** When it was not frozen for sure. */
  #lookedAt = performance.now();
  #isClosed = false;

  constructor(folder: Folder, secret: string, settings: LinkSettings, listener: MembersListener) {
    this.#folder = folder;
    this.secret = secret;
    this.#listener = listener;
    this.maxFrame = settings.maxFrame;
    this.maxQueued = settings.maxQueued;
    this.#peerTimeout = settings.peerTimeout;
    this.#interval = Math.min(maxInterval, settings.peerTimeout / 4);
    this.#socket = new OwnSocket(folder, this.id, {
      called: (socket) => this.#called(socket),
      warn: (message) => this.warn(message),
    });
  }

  /** Listens, and calls all members that are there. */
  async join(): Promise<void> {
    await this.#socket.listen();
    if (this.#isClosed) return;
    this.#timer = setInterval(() => this.#tick(), this.#interval);
    this.#timer.unref?.();
    this.look();
  }

  /** Whether any handshake is under way: of two members that call each other, one refuses. */
  get isCalling(): boolean {
    return this.#calls.size > 0 || this.#callers.size > 0;
  }

  /** Whether a member that is not linked has ended, or has not answered for too long. */
  hasEnded(id: string): boolean {
    const now = performance.now();
    this.#forgive(now);
    const since = this.#unlinked.get(id)?.since;
    return !this.#folder.hasSocket(id) || since !== undefined && now - since > handshakeTimeout;
  }

  /** Resolves when the others have read everything, at the latest after a second. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#socket.close();
    for (const link of [...this.#calls.values(), ...this.#callers]) link.destroy();
    await Promise.all([...this.links.values()].map((link) => link.end()));
  }

  accepts(id: string): boolean {
    if (this.#isClosed || id === this.id) return false;
    const call = this.#calls.get(id);
    // Two members may call each other at the same time; the call of the lower id goes on.
    if (call !== undefined && this.id < id) return false;
    call?.destroy();
    // The other end has given up this one: it would not call otherwise.
    this.links.get(id)?.destroy();
    return true;
  }

  linked(link: Link): void {
    const { peer } = link;
    this.#callers.delete(link);
    if (this.#calls.get(peer) === link) this.#calls.delete(peer);
    link.linkedAt = performance.now();
    this.links.set(peer, link);
    const wasSilent = this.#unlinked.get(peer)?.wasSilent;
    this.#unlinked.delete(peer);
    // Not only the first time, as other warnings.
    if (wasSilent === true) this.#listener.warn(`Process ${link.pid} of the bus answers again`);
    this.#listener.linked(link);
  }

  frame(link: Link, kind: number, body: Buffer): void {
    if (kind === kinds.ping) link.send(textFrame(kinds.pong));
    else if (kind === kinds.bye) {
      link.hasLeft = true;
      link.destroy();
    } else if (kind !== kinds.pong) this.#listener.frame(link, kind, body);
  }

  gone(link: Link): void {
    const { peer } = link;
    this.#callers.delete(link);
    for (const [id, call] of this.#calls) if (call === link) this.#calls.delete(id);
    const wasLinked = this.links.get(peer) === link;
    if (wasLinked) this.links.delete(peer);
    if (this.#isClosed) return;
    if (wasLinked && !link.hasLeft) {
      const now = performance.now();
      this.#unlinked.set(peer, { since: now, wasSilent: link.isSilent });
      // It has ended, or it goes on without this link. What fails at once has to wait for the next look.
      if (now - link.linkedAt > this.#interval) this.#call(peer);
    }
    this.#listener.gone(link);
  }

  warn(message: string): void {
    if (this.#warned.has(message) || this.#warned.size >= 100) return;
    this.#warned.add(message);
    this.#listener.warn(message);
  }

  /** Logs what was thrown: it may be a value without a text. */
  warnOf(what: string, error: unknown): void {
    let text = "a value that cannot be converted to a string";
    try {
      text = String(error);
    } catch {
      // Then the text above has to do.
    }
    this.warn(`${what}: ${text}`);
  }

  /** Looks into the folder, and puts back what is missing there. */
  look(): void {
    if (this.#isClosed) return;
    try {
      this.secret = this.#folder.restore(this.secret, (message) => this.warn(message));
      this.#socket.restore();
      const { members, registry } = this.#folder.list();
      for (const id of members) this.#call(id);
      this.#forget(members);
      this.#listener.looked(registry);
    } catch (error) {
      this.warn(this.#folder.explain("Cannot use the folder of the bus", error));
    }
  }

  #called(socket: Socket): void {
    const link = new Link(this, socket, undefined);
    this.#callers.add(link);
    this.#endLate(link);
    if (this.#callers.size <= maxCallers) return;
    for (const oldest of this.#callers) return oldest.destroy();
  }

  #call(id: string): void {
    if (this.#isClosed || this.#calls.has(id) || this.links.has(id) || id === this.id) return;
    if (!this.#unlinked.has(id)) {
      this.#unlinked.set(id, { since: performance.now(), wasSilent: false });
    }
    let socket: Socket;
    try {
      socket = connect(this.#folder.socket(id));
    } catch (error) {
      return this.warn(this.#folder.explain("Cannot call a member of the bus", error));
    }
    const link = new Link(this, socket, id);
    this.#calls.set(id, link);
    this.#endLate(link);
    socket.on("error", ({ code }: { code?: string }) => {
      // Its process has ended; or it puts its socket back.
      if (code === "ECONNREFUSED") this.#removeSocket(id);
    });
  }

  #removeSocket(id: string): void {
    try {
      this.#folder.removeSocket(id);
    } catch (error) {
      this.warn(this.#folder.explain("Cannot remove a socket of the bus", error));
    }
  }

  /** Forgets members that have no socket any more. */
  #forget(members: readonly string[]): void {
    const there = new Set(members);
    for (const id of this.#unlinked.keys()) if (!there.has(id)) this.#unlinked.delete(id);
  }

  #endLate(link: Link): void {
    setTimeout(() => {
      if (!link.isLinked) link.destroy();
    }, handshakeTimeout).unref?.();
  }

  #tick(): void {
    const now = performance.now();
    this.#forgive(now);
    this.#lookedAt = now;
    // Messages alone are never so many.
    const maxWaiting = Math.max(this.maxQueued, this.maxFrame) + maxControl;
    for (const link of this.links.values()) {
      const silence = now - link.heardAt;
      const isFlooded = link.queued > maxWaiting && silence > maxSilence;
      if (silence > this.#peerTimeout || isFlooded) this.#cutOff(link, silence);
      else link.send(textFrame(kinds.ping));
    }
    this.look();
  }

  /** If this process stood still, the silence of others was its own: their time begins anew. */
  #forgive(now: number): void {
    if (now - this.#lookedAt <= this.#interval + late) return;
    this.#lookedAt = now;
    // What they have sent meanwhile is read only after this.
    for (const link of this.links.values()) link.heardAt = now;
    for (const unlinked of this.#unlinked.values()) unlinked.since = now;
  }

  #cutOff(link: Link, silence: number): void {
    this.#listener.warn(
      `Process ${link.pid} of the bus has not answered for ${Math.round(silence)} ms: ` +
        "messages to it are dropped until it does",
    );
    link.isSilent = true;
    link.destroy();
  }
}
