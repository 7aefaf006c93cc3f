import { assertEquals } from "@std/assert";
import { LinkGenerations } from "../../../src/carrying/link_generations.ts";
import type { Packet } from "../../../src/carrying/packets.ts";

/** What an end sends, without pieces. */
function packetOf(end: LinkGenerations): Packet {
  const { own: generation, named: peerGeneration } = end;
  const ack = end.ack(0);
  return { from: "a", generation, peerGeneration, first: 1, ack, wantsAnswer: false, pieces: [] };
}

Deno.test("ends that have both missed a break of the other meet again", () => {
  const [a, b] = [new LinkGenerations(), new LinkGenerations()];
  const [firstOfA, firstOfB] = [a.own, b.own];
  // Each learns from a late packet of a generation that is over.
  for (const [end, met] of [[a, firstOfB], [b, firstOfA]] as const) {
    end.renew();
    end.met(met);
  }
  const packet = packetOf(b);
  assertEquals(a.judge(packet, false), "broken");
  assertEquals(a.judge(packet, true), "crossed");
  a.met(packet.generation);
  assertEquals(b.judge(packetOf(a), true), "current");
  b.met(a.own);
  assertEquals(a.judge(packetOf(b), true), "current");
});

Deno.test("a packet of an end that has missed a break only shows that", () => {
  const [a, b] = [new LinkGenerations(), new LinkGenerations()];
  a.met(b.own);
  b.met(a.own);
  a.renew();
  assertEquals(a.judge(packetOf(b), true), "outdated");
  // The answer tells it.
  assertEquals(b.judge(packetOf(a), true), "broken");
});
