/**
 * A link between two members of a local bus: the handshake, frames both ways, and signs of life.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import process from "node:process";
import { FrameReader, kinds, textFrame } from "./bus_frames.ts";

/** The version of frames and handshake. Members of different versions do not link. */
const version = 1;
/** How every first frame begins. */
const magic = "sockjs-web-bus";

/** Milliseconds in which the other end has to read what is left when a link ends. */
const endTimeout = 1000;

/** Bytes that a frame may have before the other end has proved that it knows the secret. */
const maxHandshake = 1024;

/** What a member needs for its links. */
export interface LinkOwner {
  readonly id: string;
  readonly secret: string;
  /** Bytes of a frame. */
  readonly maxFrame: number;
  /** Bytes that may wait for a peer before messages to it are dropped. */
  readonly maxQueued: number;
  /** Whether a caller with that id may be linked. */
  accepts(id: string): boolean;
  /** Both ends have proved that they know the secret. */
  linked(link: Link): void;
  frame(link: Link, kind: number, body: Buffer): void;
  /** The link is gone. It may never have been linked. */
  gone(link: Link): void;
  /** Something that an operator should know. */
  warn(message: string): void;
}

/** What the hello of a member says. */
interface Hello {
  readonly version: number;
  readonly id: string;
  /** The id of its process, for the log. */
  readonly pid: number;
  readonly nonce: string;
}

/** One link. */
export class Link {
  /** The other member; empty until its hello. */
  peer = "";
  /** The id of its process. */
  pid = 0;
  isLinked = false;
  /** Since when it is linked, by `performance.now()`. */
  linkedAt = Infinity;
  /** When something last came, by `performance.now()`. */
  heardAt = performance.now();
  /** Whether the other member has ended, and nothing of it is missing. */
  hasLeft = false;
  /** Whether the other member was cut off because it did not answer. */
  isSilent = false;
  readonly isCaller: boolean;
  /** The member that the socket is named for. */
  readonly #called: string | undefined;
  readonly #owner: LinkOwner;
  readonly #socket: Socket;
  readonly #reader: FrameReader;
  readonly #nonce = randomBytes(16).toString("hex");
  #peerNonce = "";
  /** Whether messages are dropped at the moment. */
  #isDropping = false;
  #isGone = false;
  #isEnding = false;
  #outbox: Buffer[] = [];
  #outboxBytes = 0;

  /** @param called the other member, if this end has connected to its socket. */
  constructor(owner: LinkOwner, socket: Socket, called: string | undefined) {
    this.#owner = owner;
    this.#socket = socket;
    this.#called = called;
    this.isCaller = called !== undefined;
    this.#reader = new FrameReader(maxHandshake, (kind, body) => this.#frame(kind, body));
    socket.on("data", (chunk: Buffer) => this.#data(chunk));
    socket.on("error", () => this.destroy());
    socket.on("close", () => this.destroy());
    socket.unref();
    const { id } = owner;
    const { pid } = process;
    const hello: Hello & { magic: string } = { magic, version, id, pid, nonce: this.#nonce };
    this.send(textFrame(kinds.hello, JSON.stringify(hello)));
  }

  /** Bytes that wait for the other end. */
  get queued(): number {
    return this.#outboxBytes + this.#socket.writableLength;
  }

  /** Sends a frame, together with all others of this piece of running code. */
  send(frame: Buffer): void {
    if (this.#isGone || this.#isEnding) return;
    this.#outboxBytes += frame.length;
    if (this.#outbox.push(frame) === 1) queueMicrotask(() => this.#flush());
  }

  /** Sends a message, unless too much waits already. Returns whether it was sent. */
  sendMessage(frame: Buffer): boolean {
    const { queued } = this;
    // What is larger than the limit can be sent when nothing else waits.
    const isTooMuch = queued > 0 && queued + frame.length > this.#owner.maxQueued;
    if (this.#isDropping || isTooMuch) {
      this.#isDropping = true;
      return false;
    }
    this.send(frame);
    return true;
  }

  /** Ends the link. Resolves when the other end has read everything, at the latest after a second. */
  end(): Promise<void> {
    if (this.#isGone) return Promise.resolve();
    // If messages were dropped, something is missing: then the other end tells a gap.
    if (!this.#isDropping) this.send(textFrame(kinds.bye));
    this.#flush();
    this.#isEnding = true;
    this.#socket.end();
    return new Promise((resolve) => {
      // It keeps the process until then.
      const timer = setTimeout(() => this.destroy(), endTimeout);
      this.#socket.once("close", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  destroy(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#outbox = [];
    this.#socket.destroy();
    this.#owner.gone(this);
  }

  #flush(): void {
    const frames = this.#outbox;
    if (frames.length === 0) return;
    this.#outbox = [];
    this.#outboxBytes = 0;
    if (this.#isGone) return;
    this.#socket.write(frames.length === 1 ? frames[0]! : Buffer.concat(frames), this.#written);
  }

  /** After each write: there is no `drain` if the system takes everything at once. */
  readonly #written = (): void => {
    // Not only when nothing waits: other frames may come all the time.
    if (!this.#isDropping || this.queued > this.#owner.maxQueued / 2) return;
    this.#isDropping = false;
    this.send(textFrame(kinds.dropped));
  };

  #data(chunk: Buffer): void {
    this.heardAt = performance.now();
    try {
      if (!this.#reader.push(chunk)) this.destroy();
    } catch {
      // What is not a frame of ours.
      this.destroy();
    }
  }

  #frame(kind: number, body: Buffer): void {
    if (this.#isGone) return;
    if (this.isLinked) return this.#owner.frame(this, kind, body);
    const text = body.toString();
    if (kind === kinds.hello && this.peer === "") return this.#hello(text);
    if (kind === kinds.proof && this.peer !== "" && !this.isCaller) return this.#proof(text);
    if (kind === kinds.welcome && this.peer !== "" && this.isCaller) return this.#welcome(text);
    this.destroy();
  }

  #hello(text: string): void {
    const hello = readHello(text);
    if (hello === undefined) return this.destroy();
    if (hello.version !== version) {
      // The same for all: callers that have proved nothing must not fill the log.
      this.#owner.warn(
        `A process with another version of the bus was refused: this one has version ${version}`,
      );
      return this.destroy();
    }
    // Another name of a member's socket must not replace the link that it has.
    if (this.isCaller && hello.id !== this.#called) return this.destroy();
    this.peer = hello.id;
    this.pid = hello.pid;
    this.#peerNonce = hello.nonce;
    if (this.isCaller) this.send(textFrame(kinds.proof, this.#proofOf("caller")));
  }

  #proof(text: string): void {
    if (!isEqual(text, this.#proofOf("caller")) || !this.#owner.accepts(this.peer)) {
      return this.destroy();
    }
    this.send(textFrame(kinds.welcome, this.#proofOf("called")));
    this.#linked();
  }

  #welcome(text: string): void {
    if (isEqual(text, this.#proofOf("called"))) this.#linked();
    else this.destroy();
  }

  #linked(): void {
    this.isLinked = true;
    this.#reader.maxBody = this.#owner.maxFrame;
    this.#owner.linked(this);
  }

  /** Over both ids and nonces, so that it is of no use on another link, nor from the other end. */
  #proofOf(role: "caller" | "called"): string {
    const { id } = this.#owner;
    const ends = [`${id} ${this.#nonce}`, `${this.peer} ${this.#peerNonce}`];
    if (!this.isCaller) ends.reverse();
    return createHmac("sha256", this.#owner.secret).update([magic, role, ...ends].join(" "))
      .digest("hex");
  }
}

function isEqual(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)];
  return first.length === second.length && timingSafeEqual(first, second);
}

const token = /^[0-9a-f]{16,64}$/;

function readHello(text: string): Hello | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { magic: found, version, id, pid, nonce } = (value ?? {}) as Record<string, unknown>;
  if (found !== magic || !Number.isSafeInteger(version)) return undefined;
  if (typeof id !== "string" || !token.test(id)) return undefined;
  if (!Number.isSafeInteger(pid)) return undefined;
  if (typeof nonce !== "string" || !token.test(nonce)) return undefined;
  return { version: version as number, id, pid: pid as number, nonce };
}
