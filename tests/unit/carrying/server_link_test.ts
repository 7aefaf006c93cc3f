import { assert, assertEquals } from "@std/assert";
import { resetAck } from "../../../src/carrying/packets.ts";
import { fakeTime, microtasks, pass, standStill } from "../../support/fake_time.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { LinkModel } from "./link_model.ts";
import { twoLinks } from "./two_links.ts";

/** The first seed, and how many schedules: `LINK_SEED=1234 LINK_SCHEDULES=1 deno test …`. */
const seed = Number(Deno.env.get("LINK_SEED") ?? Date.now() % 1e9);
const schedules = Number(Deno.env.get("LINK_SCHEDULES") ?? 9000);

Deno.test(`links keep their promises in ${schedules} schedules from seed ${seed}`, async () => {
  for (let i = 0; i < schedules; i++) {
    using time = fakeTime();
    const random = new SeededRandom(seed + i);
    const model = new LinkModel(random, time);
    try {
      for (let steps = random.pick([5, 20, 60]); steps > 0; steps--) await model.step();
      await model.finish();
    } catch (error) {
      throw new Error(`LINK_SEED=${seed + i} LINK_SCHEDULES=1`, { cause: error });
    }
  }
});

/** Lets time pass in small steps, so that each answer comes at its time. */
async function passSlowly(time: ReturnType<typeof fakeTime>, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 10) await pass(time, 10);
}

Deno.test("messages of one piece of running code go in one packet, and arrive in order", async () => {
  using _time = fakeTime();
  const [one, other] = twoLinks();
  for (const text of ["first", "", "third"]) one.link.send(text);
  await microtasks();
  assertEquals(other.messages, ["first", "", "third"]);
  assertEquals(one.published.length, 1);
});

Deno.test("an acknowledgement rides on an answer, or goes alone after a while", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  other.onMessage = (text) => {
    if (text === "question") other.link.send("answer");
  };
  one.link.send("question");
  await microtasks();
  assertEquals(other.published.map(({ ack, pieces }) => [ack, pieces.length]), [[1, 1]]);
  one.link.send("statement");
  await passSlowly(time, 40);
  assertEquals(other.published.length, 1);
  await passSlowly(time, 20);
  assertEquals(other.published.map(({ ack, pieces }) => [ack, pieces.length]), [[1, 1], [2, 0]]);
  await passSlowly(time, 20_000);
  assertEquals([one.published.length, other.published.length], [2, 2]);
  assertEquals([one.link.isIdle, other.link.isIdle, time.next()], [true, true, false]);
});

Deno.test("what may wait goes with the next packet, or alone after its delay", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("late", 5);
  await pass(time, 4);
  assertEquals(one.published.length, 0);
  one.link.send("now");
  await microtasks();
  assertEquals([one.published.length, other.messages], [1, ["late", "now"]]);
  one.link.send("later", 5);
  // The answer has an acknowledgement, for which nothing has to go at once.
  other.link.send("answer");
  await pass(time, 4);
  assertEquals([one.published.length, one.messages], [1, ["answer"]]);
  await pass(time, 1);
  assertEquals([one.published.length, other.messages], [2, ["late", "now", "later"]]);
});

Deno.test("what may wait goes at once when the peer asks", async () => {
  using _time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("late", 50);
  other.link.ask();
  await microtasks();
  assertEquals(other.messages, ["late"]);
});

Deno.test("what may wait is not forgotten when others are sent again", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.passes = () => false;
  one.link.send("lost");
  await passSlowly(time, 290);
  one.link.send("late", 20);
  one.passes = () => true;
  await passSlowly(time, 40);
  assertEquals(other.messages, ["lost", "late"]);
});

Deno.test("what may wait goes when there is room for what was sent with it", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("late", 50);
  for (let i = 0; i < 18; i++) one.link.send("x".repeat(60_000), i < 17 ? 0 : 50);
  await passSlowly(time, 200);
  assertEquals(other.messages.length, 19);
});

Deno.test("a long message is cut between characters, and each payload keeps the limit", async () => {
  using _time = fakeTime();
  const [one, other] = twoLinks({ maxPayload: 1024 });
  const texts = ["\u{1f600}".repeat(5000), `a${"\u{1f600}".repeat(5000)}`, "\u20ac".repeat(9999)];
  for (const text of texts) one.link.send(text);
  for (let i = 0; i < 2000; i++) one.link.send("");
  await microtasks();
  assertEquals(other.messages.slice(0, 3), texts);
  assertEquals(other.messages.length, 2003);
  for (const payload of one.payloads) {
    assert(payload.isWellFormed());
    assert(new TextEncoder().encode(payload).length <= 1024);
  }
});

Deno.test("no more than a mebibyte is under way, and the rest follows", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks({ maxPayload: 256 * 1024 });
  other.passes = () => false;
  const text = "x".repeat(70_000);
  for (let i = 0; i < 40; i++) one.link.send(text);
  await microtasks();
  assertEquals(other.messages.length, 14);
  other.passes = () => true;
  await passSlowly(time, 2000);
  assertEquals(other.messages.length, 40);
});

Deno.test("what does not arrive is sent again, whatever publish says", async () => {
  const results = [
    () => Promise.reject(new Error("refused")),
    () => Promise.resolve(0),
    () => new Promise<number>(() => {}),
    () => {
      throw new Error("thrown");
    },
  ];
  for (const result of results) {
    using time = fakeTime();
    const [one, other] = twoLinks();
    one.passes = () => false;
    one.result = result;
    one.link.send("text");
    await passSlowly(time, 1000);
    assertEquals(one.pieces, 3); // At 0, 300 and 900 ms.
    one.passes = () => true;
    await passSlowly(time, 2000);
    assertEquals([other.messages, one.breaks], [["text"], 0]);
  }
});

Deno.test("a gap is asked for at once, and then all that is missing comes", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("0");
  await passSlowly(time, 500);
  one.passes = () => false;
  for (let i = 1; i < 5; i++) {
    one.link.send(`${i}`);
    await microtasks();
  }
  one.passes = () => true;
  one.link.send("5");
  await microtasks();
  assertEquals(other.messages, ["0", "1", "2", "3", "4", "5"]);
});

Deno.test("the loss of the last message is found when the peer is asked for a sign of life", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("0");
  await passSlowly(time, 500);
  one.passes = () => false;
  one.link.send("1");
  await microtasks();
  one.passes = () => true;
  other.link.expect();
  await passSlowly(time, 2100);
  assertEquals(other.messages, ["0", "1"]);
});

Deno.test("a lost acknowledgement is given again", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  other.passes = () => false;
  one.link.send("text");
  await passSlowly(time, 200);
  other.passes = () => true;
  await passSlowly(time, 200);
  assertEquals([one.pieces, other.messages], [2, ["text"]]);
  await passSlowly(time, 20_000);
  assertEquals([one.pieces, one.link.isIdle], [2, true]);
});

Deno.test("a peer that is dead breaks the link once, and is silent until it is heard", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("0");
  await passSlowly(time, 500);
  one.passes = other.passes = () => false;
  one.link.send("1");
  await passSlowly(time, 5900);
  assertEquals([one.breaks, one.link.isSilent], [0, false]);
  await passSlowly(time, 200);
  assertEquals([one.breaks, one.link.isSilent], [1, true]);
  await passSlowly(time, 4000);
  one.passes = other.passes = () => true;
  await passSlowly(time, 2100);
  assertEquals([one.breaks, one.link.isSilent, other.breaks], [1, false, 1]);
  one.link.send("2");
  other.link.send("3");
  await microtasks();
  assertEquals([one.messages, other.messages], [["3"], ["0", "2"]]);
});

Deno.test("what is expected of a silent peer breaks the link, and asks until then", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.link.expect();
  await passSlowly(time, 20_000);
  assertEquals([one.breaks, one.published.length], [0, 10]);
  other.passes = () => false;
  await passSlowly(time, 6100);
  assertEquals([one.breaks, one.link.isSilent], [1, true]);
  one.link.unexpect();
  other.passes = () => true;
  await passSlowly(time, 60_000);
  assertEquals([one.breaks, one.link.isIdle, time.next()], [1, true, false]);
});

Deno.test("pieces of the time before a break are not taken after it", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("0");
  await passSlowly(time, 500);
  // Only one end notices that nothing arrives.
  one.passes = other.passes = () => false;
  other.link.expect();
  await passSlowly(time, 6100);
  assertEquals([one.breaks, other.breaks], [0, 1]);
  other.link.unexpect();
  one.link.send("lost");
  await microtasks();
  const late = one.published.at(-1)!;
  assertEquals(late.pieces[0]?.text, "lost");
  other.link.received(late);
  await microtasks();
  assertEquals(other.messages, ["0"]);
  // It is told of the break.
  assertEquals(other.published.at(-1)!.ack, resetAck);
  other.passes = one.passes = () => true;
  await passSlowly(time, 3000);
  assertEquals([one.breaks, other.messages], [1, ["0"]]);
  one.link.send("new");
  await microtasks();
  other.link.received(late);
  assertEquals(other.messages, ["0", "new"]);
});

Deno.test("what was named to nobody is not taken after a break", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.passes = () => false;
  one.link.send("early");
  await microtasks();
  const early = one.published[0]!;
  assertEquals(early.peerGeneration, 0);
  other.link.expect();
  other.passes = () => false;
  await passSlowly(time, 5000);
  other.link.unexpect();
  other.link.expect();
  await passSlowly(time, 6100);
  assertEquals(other.breaks, 1);
  other.link.received(early);
  await microtasks();
  assertEquals(other.messages, []);
});

Deno.test("what was taken before a break does not come again after it", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks({ maxMessage: 10 });
  other.passes = () => false;
  one.link.send("taken");
  await microtasks();
  one.link.send("too long for it");
  await microtasks();
  assertEquals([other.messages, other.breaks], [["taken"], 1]);
  // One does not know the other yet, and sends everything again.
  await passSlowly(time, 500);
  assertEquals(one.published.map(({ peerGeneration }) => peerGeneration), [0, 0, 0]);
  other.passes = () => true;
  await passSlowly(time, 1000);
  assertEquals([one.breaks, other.messages], [1, ["taken"]]);
});

Deno.test("a late packet of a former generation neither counts nor breaks the link", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("0");
  await microtasks();
  const late = one.published[0]!;
  await passSlowly(time, 500);
  one.passes = other.passes = () => false;
  one.link.expect();
  await passSlowly(time, 6100);
  // Of a generation that the other end has never met.
  const unmet = one.published.at(-1)!;
  await passSlowly(time, 6100);
  one.passes = other.passes = () => true;
  one.link.unexpect();
  one.link.send("1");
  await passSlowly(time, 1000);
  assertEquals([one.breaks, other.breaks, other.messages], [2, 1, ["0", "1"]]);
  const { length } = other.published;
  for (const packet of [late, unmet]) {
    other.link.received(packet);
    await passSlowly(time, 1000);
  }
  assertEquals([one.breaks, other.breaks, other.messages], [2, 1, ["0", "1"]]);
  // One of them asks: its sender may have to learn of a forged packet.
  assertEquals([late.wantsAnswer, unmet.wantsAnswer], [false, true]);
  assertEquals(other.published.length, length + 1);
});

Deno.test("both ends may begin at once, and both may break at once", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("from one");
  other.link.send("from other");
  await passSlowly(time, 500);
  assertEquals([one.messages, other.messages], [["from other"], ["from one"]]);
  one.passes = other.passes = () => false;
  one.link.expect();
  other.link.expect();
  await passSlowly(time, 6100);
  assertEquals([one.breaks, other.breaks], [1, 1]);
  one.passes = other.passes = () => true;
  one.link.send("again from one");
  other.link.send("again from other");
  await passSlowly(time, 500);
  assertEquals([one.breaks, other.breaks], [1, 1]);
  assertEquals(one.messages.concat(other.messages).filter((text) => /again/.test(text)).length, 2);
});

Deno.test("a link that was forgotten and made anew breaks at the other end", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("0");
  other.link.send("1");
  await passSlowly(time, 500);
  const [third] = twoLinks();
  third.peer = one;
  one.peer = third;
  one.link.send("lost");
  await passSlowly(time, 500);
  assertEquals([one.breaks, third.messages], [1, []]);
  one.link.send("new");
  await microtasks();
  assertEquals([one.breaks, third.breaks, third.messages], [1, 0, ["new"]]);
});

Deno.test("after a standstill, nothing goes again to a peer that was never heard: it may have forgotten it", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  other.passes = () => false;
  one.link.send("once");
  await passSlowly(time, 500);
  assertEquals(other.messages, ["once"]);
  const [third] = twoLinks();
  third.peer = one;
  one.peer = third;
  standStill(20_000);
  await passSlowly(time, 4000);
  assertEquals([one.breaks, one.link.isSilent, third.messages], [1, false, []]);
  one.link.send("new");
  await microtasks();
  assertEquals([one.breaks, third.breaks, third.messages], [1, 0, ["new"]]);
});

Deno.test("a process that stood still gives its peer new time", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.link.expect();
  await passSlowly(time, 1000);
  one.passes = () => false;
  standStill(20_000);
  await passSlowly(time, 4000);
  assertEquals(one.breaks, 0);
  one.passes = () => true;
  await passSlowly(time, 5000);
  assertEquals([one.breaks, other.breaks], [0, 0]);
});

Deno.test("pieces that a living peer never gets break the link", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.passes = ({ pieces }) => pieces.length === 0;
  one.link.expect();
  one.link.send("too much for the bus");
  await passSlowly(time, 17_000);
  assertEquals(one.breaks, 0);
  await passSlowly(time, 4000);
  assertEquals([one.breaks, one.link.isSilent, other.messages], [1, false, []]);
  one.link.close();
});

Deno.test("a message that is too long breaks the link at both ends, and others go on", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks({ maxPayload: 1024, maxMessage: 10_000 });
  one.link.send("x".repeat(10_000));
  one.link.send("x".repeat(10_001));
  one.link.send("lost");
  await passSlowly(time, 100);
  assertEquals(other.messages.map(({ length }) => length), [10_000]);
  assertEquals([one.breaks, other.breaks], [1, 1]);
  one.link.send("new");
  await microtasks();
  assertEquals(other.messages.at(-1), "new");
});

Deno.test("the parts of a message that was cut off by a break are in no other", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks({ maxPayload: 1024 });
  let passed = 0;
  one.passes = ({ pieces }) => pieces.length === 0 || ++passed < 3;
  one.link.send("x".repeat(2000));
  await passSlowly(time, 100);
  one.passes = () => false;
  await passSlowly(time, 6100);
  assertEquals([one.breaks, other.breaks, other.messages], [1, 1, []]);
  one.passes = () => true;
  await passSlowly(time, 2100);
  one.link.send("new");
  await passSlowly(time, 100);
  assertEquals(other.messages, ["new"]);
});

Deno.test("a closed link sends, takes and tells nothing, even if it is closed by what it tells", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  other.onMessage = () => other.link.close();
  one.link.send("first");
  one.link.send("second");
  await passSlowly(time, 1000);
  other.link.send("third");
  other.link.expect();
  assertEquals([other.messages, other.published.length], [["first"], 0]);
  one.onBroken = () => one.link.close();
  await passSlowly(time, 7000);
  const { length } = one.published;
  await passSlowly(time, 7000);
  assertEquals([one.breaks, one.published.length, time.next()], [1, length, false]);
});

Deno.test("what is sent when the link breaks belongs to the new one", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.onBroken = () => one.link.send("new");
  one.passes = () => false;
  one.link.send("lost");
  await passSlowly(time, 6100);
  one.passes = () => true;
  await passSlowly(time, 2000);
  assertEquals([one.breaks, other.messages], [1, ["new"]]);
});

Deno.test("two ends that missed each other's breaks do not answer each other for ever", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("0");
  await passSlowly(time, 500);
  one.passes = other.passes = () => false;
  for (const end of [one, other, one]) {
    end.link.expect();
    await passSlowly(time, 6100);
    end.link.unexpect();
  }
  one.passes = other.passes = () => true;
  one.link.send("1");
  other.link.send("2");
  const before = one.published.length + other.published.length;
  await passSlowly(time, 60_000);
  assert(one.published.length + other.published.length - before < 20);
  assertEquals([one.link.isIdle, other.link.isIdle, time.next()], [true, true, false]);
});

Deno.test("a peer that names this generation in a newer one has broken nothing here", async () => {
  using _time = fakeTime();
  const [one] = twoLinks();
  one.link.send("0");
  one.link.expect();
  await microtasks();
  const { generation } = one.published[0]!;
  const packet = { ...one.published[0]!, first: 1, ack: 0, wantsAnswer: false, pieces: [] };
  one.link.received({ ...packet, generation: 5, peerGeneration: 0 });
  one.link.received({ ...packet, generation: 7, peerGeneration: generation });
  assertEquals(one.breaks, 0);
  // But it has if the one before has taken anything.
  one.link.received({ ...packet, generation: 7, peerGeneration: generation, ack: 1 });
  one.link.received({ ...packet, generation: 9, peerGeneration: generation });
  assertEquals(one.breaks, 1);
  one.link.close();
});

Deno.test("much that has arrived is acknowledged at once", async () => {
  using _time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("x".repeat(60_000));
  await microtasks();
  assertEquals(other.published.length, 0);
  one.link.send("x".repeat(10_000));
  await microtasks();
  assertEquals(other.published.map(({ pieces }) => pieces.length), [0]);
  assertEquals(other.published[0]!.ack, one.published.at(-1)!.first);
});

Deno.test("what is missing is asked for once in a while, however much comes behind it", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("0");
  await passSlowly(time, 500);
  const before = other.published.length;
  one.passes = ({ first }) => first > 2;
  for (let i = 1; i < 100; i++) {
    one.link.send(`${i}`);
    await microtasks();
  }
  assertEquals(other.published.length - before, 1);
});

Deno.test("a peer that was not needed for long has all its time from when it is", async () => {
  using time = fakeTime();
  const [one] = twoLinks();
  one.link.send("0");
  await passSlowly(time, 20_000);
  one.passes = () => false;
  one.link.expect();
  await passSlowly(time, 5900);
  assertEquals(one.breaks, 0);
  await passSlowly(time, 200);
  assertEquals(one.breaks, 1);
  one.link.close();
});

Deno.test("what was to be answered is not answered after the end", async () => {
  using _time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("0");
  await microtasks();
  other.link.received({ ...one.published[0]!, wantsAnswer: true });
  other.link.close();
  await microtasks();
  assertEquals(other.published, []);
});

Deno.test("when all packets of a message were lost, all follow the first that arrives", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks({ maxPayload: 1024 });
  one.passes = () => false;
  one.link.send("x".repeat(5000));
  await passSlowly(time, 200);
  one.passes = () => true;
  await passSlowly(time, 300);
  assertEquals(other.messages.map(({ length }) => length), [5000]);
});

Deno.test("a peer that asks all the time gets pieces again only once in a while", async () => {
  using _time = fakeTime();
  const [one, other] = twoLinks();
  other.passes = () => false;
  one.link.send("0");
  await microtasks();
  other.link.send("1");
  await microtasks();
  const asking = { ...other.published[0]!, ack: 0, wantsAnswer: true };
  for (let i = 0; i < 50; i++) {
    one.link.received(asking);
    await microtasks();
  }
  assertEquals(one.pieces, 2);
});

Deno.test("an acknowledgement of what was never sent acknowledges nothing", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.passes = other.passes = () => false;
  one.link.send("0");
  other.link.send("1");
  await microtasks();
  const { generation } = one.published[0]!;
  one.link.received({ ...other.published[0]!, peerGeneration: generation, ack: 10 });
  one.passes = other.passes = () => true;
  await passSlowly(time, 1000);
  assertEquals([one.messages, other.messages], [["1"], ["0"]]);
});

Deno.test("what is acknowledged just before it would be sent again is not", async () => {
  using _time = fakeTime();
  const [one, other] = twoLinks();
  other.passes = () => false;
  one.link.send("0");
  await microtasks();
  other.link.send("1");
  await microtasks();
  const answer = other.published[0]!;
  one.link.received({ ...answer, ack: 0, wantsAnswer: true });
  one.link.received(answer);
  one.link.send("2");
  await microtasks();
  assertEquals([one.pieces, other.messages], [2, ["0", "2"]]);
});

Deno.test("an acknowledgement shows by its number that a message before it was lost", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("0");
  await passSlowly(time, 500);
  one.passes = () => false;
  one.link.send("1");
  await microtasks();
  one.passes = () => true;
  other.link.send("2");
  await passSlowly(time, 100);
  assertEquals([one.pieces, other.messages], [3, ["0", "1"]]);
});

Deno.test("what was due while a process stood still is done after it", async () => {
  using time = fakeTime();
  const [one, other] = twoLinks();
  one.link.send("0");
  await microtasks();
  standStill(20_000);
  await passSlowly(time, 200);
  assertEquals(other.published.map(({ ack }) => ack), [1]);
});

for (
  const [name, generation] of [["little", 2 ** 20], ["much", 2 ** 32], ["far", 2 ** 52]] as const
) {
  Deno.test(`a forged packet of a ${name} later generation cuts servers off for a while only`, async () => {
    using time = fakeTime();
    const [one, other] = twoLinks();
    one.link.send("first");
    await passSlowly(time, 200);
    const [packet] = one.published;
    for (let i = 1; i < 4; i++) {
      other.link.received({ ...packet!, generation: i * generation, pieces: [] });
    }
    one.link.send("perhaps lost");
    await passSlowly(time, 7000);
    for (const text of ["one", "two"]) one.link.send(text);
    other.link.send("answer");
    await passSlowly(time, 1000);
    assertEquals(other.messages.slice(-2), ["one", "two"]);
    assertEquals(one.messages, ["answer"]);
    assert(one.breaks < 3 && other.breaks < 5);
  });
}

for (const name of ["generation", "peerGeneration"] as const) {
  for (const least of [2 ** 33, 2 ** 52, Number.MAX_SAFE_INTEGER - 4]) {
    Deno.test(`forged packets of ${name} ${least} cut servers off for a while only`, async () => {
      using time = fakeTime();
      const [one, other] = twoLinks();
      one.link.send("first");
      other.link.send("first");
      await passSlowly(time, 200);
      for (const [end, from] of [[one, other], [other, one]] as const) {
        const packet = { ...from.published.at(-1)!, wantsAnswer: true, pieces: [] };
        for (let i = 0; i < 4; i++) end.link.received({ ...packet, [name]: least + i });
      }
      // Whether anything is needed meanwhile makes no difference.
      await passSlowly(time, 8000);
      for (const end of [one, other]) end.link.send("perhaps lost");
      await passSlowly(time, 12_000);
      for (const text of ["one", "two"]) {
        one.link.send(text);
        other.link.send(text);
        await passSlowly(time, 1000);
      }
      for (const { messages } of [one, other]) assertEquals(messages.slice(-2), ["one", "two"]);
      const { length } = one.published;
      await passSlowly(time, 10_000);
      assert(one.published.length - length < 10);
    });
  }
}
