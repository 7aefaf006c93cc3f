import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { SendQueue } from "../../../src/session/send_queue.ts";
import { Frame, Message } from "../../../src/protocol/message.ts";

/** A backlog of so many encoded messages of that length. */
function fill(count: number, length: number): SendQueue {
  const backlog = new SendQueue(false);
  for (let i = 0; i < count; i++) backlog.add(new Message(`"${i}"`.padEnd(length), length));
  return backlog;
}

const size = 256 * 1024;

/** The numbers of the messages in a frame. */
function numbers({ text }: Frame): number[] {
  return JSON.parse(text.slice(1)).map(Number);
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

Deno.test("a backlog that is not long is one frame", () => {
  const backlog = fill(1000, 200);
  assertEquals([backlog.length, backlog.bytes, backlog.cost], [1000, 200_000, 328_000]);
  assertEquals(numbers(backlog.takeFrame(size)), range(0, 1000));
  assertEquals([backlog.length, backlog.bytes, backlog.cost], [0, 0, 0]);
});

Deno.test("a long backlog is several frames, which leave out and repeat nothing", () => {
  const backlog = fill(1000, 1000);
  const frames: Frame[] = [];
  let bytes = backlog.bytes;
  while (backlog.length > 0) {
    frames.push(backlog.takeFrame(size));
    bytes -= 1000 * numbers(frames.at(-1)!).length;
    assertEquals(backlog.bytes, bytes);
  }
  assertEquals(frames.map(numbers).flat(), range(0, 1000));
  assertEquals(frames.length, 4);
});

Deno.test("a message that is longer than a frame should be is one by itself", () => {
  const backlog = fill(3, 1024 * 1024);
  for (const i of [0, 1, 2]) assertEquals(numbers(backlog.takeFrame(size)), [i]);
  assertEquals(backlog.length, 0);
});

Deno.test("messages can be added when some were taken, and are counted as bytes of UTF-8", () => {
  const backlog = new SendQueue(false);
  for (const message of ["a", "\u20ac", "c"]) backlog.add(Message.raw(message));
  assertEquals([backlog.take()?.text, backlog.bytes], ["a", 4]);
  backlog.add(Message.raw("d"));
  assertEquals([backlog.take()?.text, backlog.take()?.text, backlog.bytes], ["\u20ac", "c", 1]);
  assertEquals([backlog.take()?.text, backlog.bytes, backlog.length], ["d", 0, 0]);
  backlog.add(Message.raw("e"));
  backlog.clear();
  assertEquals([backlog.bytes, backlog.length], [0, 0]);
});

Deno.test("short messages that wait are joined, and come out as they went in", () => {
  const backlog = new SendQueue(true);
  const expected: number[] = [];
  let next = 0;
  const add = (count: number, length: number) => {
    for (let i = 0; i < count; i++) {
      backlog.add(new Message(`"${next}"`.padEnd(length), length));
      expected.push(next++);
    }
  };
  add(1000, 16);
  assertEquals([backlog.bytes, backlog.length <= 4 + 256], [16_000, true]);
  const got = [numbers(new Frame(`a[${backlog.take()!.text}]`))];
  add(1, 5000);
  add(300, 100);
  add(1, 1024);
  add(5, 20);
  assertEquals(backlog.length < 300 + 30, true);
  while (backlog.length > 0) got.push(numbers(backlog.takeFrame(10_000)));
  assertEquals([got.flat(), backlog.bytes], [expected, 0]);
  // What was taken one by one is not joined.
  for (let i = 0; i < 100; i++) {
    backlog.add(new Message(`"${i}"`, 200));
    assertEquals(backlog.take()?.text, `"${i}"`);
  }
});

Deno.test("sessions that are sent the same messages together share their frame, and no others do", () => {
  const [one, two, three] = ["1", "2", "3"].map((text) => Message.encoded(text)) as [
    Message,
    Message,
    Message,
  ];
  const frameOf = (...messages: Message[]) => {
    const queue = new SendQueue(true);
    for (const message of messages) queue.add(message);
    return queue.takeFrame(size);
  };
  const frame = frameOf(one, two);
  assertStrictEquals(frameOf(one, two), frame);
  assertEquals(frameOf(one, two, three).text, 'a["1","2","3"]');
  assertEquals(frameOf(one, three).text, 'a["1","3"]');
  assertEquals(frameOf(two, one).text, 'a["2","1"]');
});

Deno.test("long messages that are sent together are not kept for the next session", () => {
  const long = Message.encoded("x".repeat(100_000));
  const frameOf = () => {
    const queue = new SendQueue(true);
    queue.add(long);
    queue.add(long);
    return queue.takeFrame(size);
  };
  assert(frameOf() !== frameOf());
});
