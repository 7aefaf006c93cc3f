/**
 * Two ends of a link whose packets a test lets through, or not.
 *
 * @module
 */

import { decodePacket, type Packet } from "../../../src/carrying/packets.ts";
import type { LinkSettings } from "../../../src/carrying/link_owner.ts";
import { ServerLink } from "../../../src/carrying/server_link.ts";

/** One end, and all that it has sent and got. */
export class LinkEnd {
  readonly link: ServerLink;
  readonly published: Packet[] = [];
  readonly payloads: string[] = [];
  readonly messages: string[] = [];
  breaks = 0;
  /** Whether a packet of this end gets through. */
  passes: (packet: Packet) => boolean = () => true;
  /** What `publish` returns. */
  result = (): Promise<number | undefined> => Promise.resolve(1);
  onMessage = (_text: string): void => {};
  onBroken = (): void => {};
  peer: LinkEnd | undefined;

  constructor(settings: LinkSettings) {
    this.link = new ServerLink("ab", settings, {
      publish: (payload) => {
        const packet = decodePacket(payload)!;
        this.published.push(packet);
        this.payloads.push(payload);
        if (this.passes(packet)) queueMicrotask(() => this.peer?.link.received(packet));
        return this.result();
      },
      message: (text) => {
        this.messages.push(text);
        this.onMessage(text);
      },
      broken: () => {
        this.breaks++;
        this.onBroken();
      },
    });
  }

  /** How many pieces it has published, repeated ones included. */
  get pieces(): number {
    return this.published.reduce((sum, { pieces }) => sum + pieces.length, 0);
  }
}

/** Two ends that reach each other. */
export function twoLinks(settings: Partial<LinkSettings> = {}): [LinkEnd, LinkEnd] {
  const all = { peerTimeout: 6000, maxPayload: 64 * 1024, maxMessage: 1_000_000, ...settings };
  const [one, other] = [new LinkEnd(all), new LinkEnd(all)];
  one.peer = other;
  other.peer = one;
  return [one, other];
}
