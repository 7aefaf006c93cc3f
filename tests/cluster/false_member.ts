/**
 * A member of a local bus that knows the secret, and does what the test says, right or wrong.
 *
 * @module
 */

import type { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { kinds, numberedFrame, textFrame } from "../../src/cluster/local_bus/bus_frames.ts";
import { Link, type LinkOwner } from "../../src/cluster/local_bus/member_link.ts";

/** It answers pings, and nothing else. */
export class FalseMember implements LinkOwner {
  readonly id: string;
  readonly secret: string;
  readonly maxFrame = 2 ** 30;
  readonly maxQueued = 2 ** 30;
  readonly links = new Set<Link>();
  /** How many links have ended. */
  ended = 0;
  /** What it does with frames. */
  onFrame: (link: Link, kind: number, body: Buffer) => void = () => {};
  /** What it does with those that call it. */
  onSocket: (socket: Socket) => void = (socket) => void new Link(this, socket, undefined);
  /** Whether it takes the call of a member. */
  accepts: (id: string) => boolean = () => true;
  /** The text of its `ready`. */
  ready = "";
  /** What it subscribes to on each link. */
  channels: string[] = [];
  readonly #folder: string;
  #server: Server | undefined;

  constructor(folder: string, id: string = randomBytes(8).toString("hex")) {
    this.id = id;
    this.#folder = folder;
    this.secret = Deno.readTextFileSync(`${folder}/secret`);
  }

  /** Listens on a socket in the folder. */
  async listen(): Promise<void> {
    const server = createServer((socket) => this.onSocket(socket));
    await new Promise<void>((resolve) => {
      server.listen(`${this.#folder}/${this.id}.sock`, () => resolve());
    });
    this.#server = server;
  }

  /** Calls a member. */
  call(id: string): Link {
    return new Link(this, connect(`${this.#folder}/${id}.sock`), id);
  }

  close(): void {
    this.#server?.close();
    for (const link of this.links) link.destroy();
  }

  linked(link: Link): void {
    this.links.add(link);
    for (const channel of this.channels) link.send(numberedFrame(kinds.subscribe, 0, channel));
    link.send(textFrame(kinds.ready, this.ready));
  }

  frame(link: Link, kind: number, body: Buffer): void {
    if (kind === kinds.ping) link.send(textFrame(kinds.pong));
    else this.onFrame(link, kind, body);
  }

  gone(link: Link): void {
    if (this.links.delete(link)) this.ended++;
  }

  warn(): void {}
}
