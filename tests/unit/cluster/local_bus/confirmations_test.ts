import { assertEquals } from "@std/assert";
import type { Buffer } from "node:buffer";
import { kinds, readNumbered } from "../../../../src/cluster/local_bus/bus_frames.ts";
import { Confirmations } from "../../../../src/cluster/local_bus/confirmations.ts";
import type { Link } from "../../../../src/cluster/local_bus/member_link.ts";
import { fakeTime, microtasks } from "../../../support/fake_time.ts";

/** A link that keeps what it should send. */
class FakeLink {
  readonly sent: [kind: number, number: number, text: string][] = [];
  readonly #confirmations: Confirmations;

  constructor(confirmations: Confirmations) {
    this.#confirmations = confirmations;
  }

  get link(): Link {
    return this as unknown as Link;
  }

  send(frame: Buffer): void {
    const { number, text } = readNumbered(frame.subarray(5));
    this.sent.push([frame[4]!, number, text]);
  }

  destroy(): void {
    this.#confirmations.gone(this.link);
  }
}

/** Asks for channels, and notes which are confirmed. */
function setUp(links = 2) {
  const confirmations = new Confirmations(1000);
  const fakes = Array.from({ length: links }, () => new FakeLink(confirmations));
  for (const { link } of fakes) confirmations.linked(link, []);
  const done: string[] = [];
  const ask = (channel: string) => confirmations.ask(channel).then(() => done.push(channel));
  return { confirmations, fakes, done, ask };
}

Deno.test("a subscription is confirmed when every link has confirmed it or a later one", async () => {
  using _time = fakeTime();
  const { confirmations, fakes: [first, second], done, ask } = setUp();
  for (const channel of ["a", "b", "c"]) ask(channel);
  assertEquals(first!.sent, ["a", "b", "c"].map((text, at) => [kinds.subscribe, at + 1, text]));
  confirmations.confirmed(3, first!.link);
  await microtasks();
  assertEquals(done, []);
  confirmations.confirmed(2, second!.link);
  await microtasks();
  assertEquals(done, ["a", "b"]);
  confirmations.gone(second!.link);
  await microtasks();
  assertEquals(done, ["a", "b", "c"]);
});

Deno.test("numbers that were not sent confirm nothing", async () => {
  using _time = fakeTime();
  const { confirmations, fakes: [only], done, ask } = setUp(1);
  ask("a");
  for (const number of [0, 2, 77, 2 ** 32 - 1]) confirmations.confirmed(number, only!.link);
  await microtasks();
  assertEquals(done, []);
  confirmations.confirmed(1, only!.link);
  await microtasks();
  assertEquals(done, ["a"]);
});

Deno.test("a new link gets the subscriptions that are there, and no older one waits for it", async () => {
  using _time = fakeTime();
  const { confirmations, fakes: [first], done, ask } = setUp(1);
  ask("a");
  const late = new FakeLink(confirmations);
  confirmations.linked(late.link, ["a"]);
  assertEquals(late.sent, [[kinds.subscribe, 1, "a"]]);
  confirmations.confirmed(1, first!.link);
  await microtasks();
  assertEquals(done, ["a"]);
});

Deno.test("a link that does not confirm in time is ended, and no other", async () => {
  using time = fakeTime();
  const { confirmations, fakes: [first, second], done, ask } = setUp();
  ask("a");
  time.tick(600);
  ask("b");
  confirmations.confirmed(2, first!.link);
  time.tick(500);
  await microtasks();
  assertEquals(done, ["a", "b"]);
  ask("c");
  assertEquals([first!.sent.length, second!.sent.length], [3, 2]);
  time.tick(1000);
  await microtasks();
  assertEquals(done, ["a", "b", "c"]);
});

Deno.test("subscriptions that come together are confirmed by one frame", async () => {
  const { confirmations, fakes: [first, second] } = setUp();
  for (const number of [5, 6, 7]) confirmations.confirm(number, first!.link);
  confirmations.confirm(3, second!.link);
  await microtasks();
  assertEquals([first!.sent, second!.sent], [[[kinds.confirm, 7, ""]], [[kinds.confirm, 3, ""]]]);
});
