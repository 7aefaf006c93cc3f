/**
 * A member of a local bus that knows the secret, and does what the test says, right or wrong.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { connect, createServer, type Server } from "node:net";
import { kinds, textFrame } from "../../src/cluster/local_bus/bus_frames.ts";
import { Link, type LinkOwner } from "../../src/cluster/local_bus/member_link.ts";

/** It answers pings, and nothing else. */
export class FalseMember implements LinkOwner {
  readonly id: string = Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex");
  readonly secret: string;
  readonly maxFrame = 2 ** 30;
  readonly maxQueued = 2 ** 30;
  readonly links = new Set<Link>();
  /** How many links have ended. */
  ended = 0;
  /** What it does with frames. */
  onFrame: (link: Link, kind: number, body: Buffer) => void = () => {};
  readonly #folder: string;
  #server: Server | undefined;

  constructor(folder: string) {
    this.#folder = folder;
    this.secret = Deno.readTextFileSync(`${folder}/secret`);
  }

  /** Listens on a socket in the folder. */
  async listen(): Promise<void> {
    const server = createServer((socket) => new Link(this, socket, undefined));
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

  accepts(): boolean {
    return true;
  }

  linked(link: Link): void {
    this.links.add(link);
    link.send(textFrame(kinds.ready));
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
