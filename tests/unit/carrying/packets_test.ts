import { assertEquals } from "@std/assert";
import {
  decodePacket,
  encodePacket,
  foreignSender,
  headSize,
  maxPieces,
  type Packet,
  pieceSize,
  resetAck,
} from "../../../src/carrying/packets.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const packet: Packet = {
  from: "0123456789abcdef",
  generation: 3,
  peerGeneration: 2,
  first: 17,
  ack: 5,
  wantsAnswer: true,
  pieces: [
    { text: "first\n[1]", isPart: true },
    { text: "", isPart: false },
    { text: "\u{1f600}é\0\u2028", isPart: false },
  ],
};

Deno.test("a packet comes out as it went in", () => {
  for (
    const each of [
      packet,
      { ...packet, pieces: [], wantsAnswer: false, ack: 0, peerGeneration: 0, first: 1 },
      { ...packet, ack: resetAck },
    ]
  ) assertEquals(decodePacket(encodePacket(each)), each);
});

Deno.test("a payload is a line of JSON, and the texts of the pieces", () => {
  assertEquals(
    encodePacket(packet),
    '[1,1,"0123456789abcdef",3,2,17,5,1,-9,0,5]\nfirst\n[1]\u{1f600}é\0\u2028',
  );
});

const valid = '[1,1,"ab",3,2,17,5,1,-2,3]\nonetw';

Deno.test("what is not exactly a packet is none", () => {
  assertEquals(decodePacket(valid)?.pieces, [
    { text: "on", isPart: true },
    { text: "etw", isPart: false },
  ]);
  const wrong: unknown[] = [
    ...[undefined, null, 1, {}, [], "", "\n", "[", "[]", "[]\n", "{}\n", "null\n"],
    `${valid}o`,
    valid.slice(0, -1),
    valid.replace("\n", ""),
    ` ${valid}`,
    valid.replace('"ab"', '"AB"'),
    valid.replace('"ab"', '""'),
    valid.replace('"ab"', "12"),
    valid.replace('"ab"', `"${"a".repeat(65)}"`),
    valid.replace(",3,2,", ",0,2,"),
    valid.replace(",3,2,", ",3,-1,"),
    valid.replace(",3,2,", ",3.5,2,"),
    valid.replace(",3,2,", ',"3",2,'),
    valid.replace(",3,2,", ",9007199254740992,2,"),
    valid.replace(",17,", ",0,"),
    valid.replace(",17,", ",9007199254740991,"),
    valid.replace(",5,1,", ",-2,1,"),
    valid.replace(",2,17,5,", ",0,17,-1,"),
    valid.replace(",5,1,", ",5,2,"),
    valid.replace(",5,1,", ",5,true,"),
    valid.replace(",-2,3]", ",-2,3.5]"),
    valid.replace(",-2,3]", ",-2,null]"),
    valid.replace(",-2,3]", ',-2,"3"]'),
    '[1,1,"ab",3,2,17,5]\n',
  ];
  for (const each of wrong) assertEquals(decodePacket(each), undefined, String(each));
});

Deno.test("a packet has so many pieces at most, and its head is no longer than is counted", () => {
  const pieces = Array.from({ length: maxPieces }, () => ({ text: "x", isPart: false }));
  const full = { ...packet, pieces };
  assertEquals(decodePacket(encodePacket(full)), full);
  const more = encodePacket({ ...packet, pieces: [...pieces, pieces[0]!] });
  assertEquals(decodePacket(more), undefined);
  const largest = Number.MAX_SAFE_INTEGER;
  const long = encodePacket({
    from: "f".repeat(64),
    generation: largest,
    peerGeneration: largest,
    first: largest,
    ack: largest,
    wantsAnswer: true,
    pieces: [],
  });
  assertEquals(long.length <= headSize, true);
  assertEquals(",-12345678".length, pieceSize);
});

Deno.test("nothing throws, and long garbage costs no more than a head", () => {
  const random = new SeededRandom(1);
  for (let i = 0; i < 20_000; i++) {
    const units = [...valid];
    for (let n = random.below(4); n >= 0; n--) {
      units[random.below(units.length)] = random.pick([...'[]{}",-0159ab\n\0e.', "\ud800", ""]);
    }
    const payload = units.join("");
    const found = decodePacket(payload);
    foreignSender(payload);
    if (found !== undefined) assertEquals(decodePacket(encodePacket(found)), found);
  }
  assertEquals(decodePacket("[".repeat(10_000_000)), undefined);
  assertEquals(decodePacket(`${"[".repeat(40_000)}\n`), undefined);
  assertEquals(decodePacket(`[1,1,"ab"${",1".repeat(100_000)}]\n`), undefined);
});

Deno.test("the sender of a packet of other versions is known, whatever else it has", () => {
  assertEquals(foreignSender('[2,3,"ab",{"new":true}]\nrest'), { from: "ab", versions: [2, 3] });
  assertEquals(decodePacket(valid.replace("[1,1,", "[2,2,")), undefined);
  for (const each of [valid, "", 1, '[3,2,"ab"]\n', '[0,0,"ab"]\n', '[2,2,"AB"]\n', "[2,2]\n"]) {
    assertEquals(foreignSender(each), undefined);
  }
});

Deno.test("a sender that speaks this version and others is understood", () => {
  assertEquals(decodePacket(valid.replace("[1,1,", "[1,4,"))?.from, "ab");
});
