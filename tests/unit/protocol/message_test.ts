import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { Frame, Message, SharedMessage } from "../../../src/protocol/message.ts";

Deno.test("a message for a session with frames is JSON, and knows its bytes in UTF-8", () => {
  for (
    const [text, json, bytes] of [["a", '"a"', 3], ["\u20ac", '"\u20ac"', 5], [
      '"',
      '"\\""',
      4,
    ]] as const
  ) {
    const message = Message.encoded(text);
    assertEquals([message.text, message.bytes], [json, bytes]);
  }
});

Deno.test("a message for a session without frames is the text itself", () => {
  const message = Message.raw('"\u20ac');
  assertEquals([message.text, message.bytes], ['"\u20ac', 4]);
});

Deno.test("sessions that are sent a message one after the other share its frame", () => {
  const [message, other] = [Message.encoded("a"), Message.encoded("b")];
  const { frame } = message;
  assertStrictEquals(message.frame, frame);
  assertEquals([other.frame.text, message.frame.text], ['a["b"]', 'a["a"]']);
});

Deno.test("no receiver of a long message keeps it in memory", () => {
  const long = Message.encoded("x".repeat(100_000));
  const { frame } = long;
  assert(long.frame !== frame);
});

Deno.test("a frame is put into a form once for all who ask for the same in turn", () => {
  let made = 0;
  const line = (frame: string) => {
    made++;
    return frame + "\n";
  };
  const frame = new Frame("h");
  assertEquals([frame.encoded(line), frame.encoded(line), made], ["h\n", "h\n", 1]);
  assertEquals(frame.encoded((frame) => `(${frame})`), "(h)");
  assertEquals(frame.encoded(line), "h\n");
});

Deno.test("an empty frame is put into a form as well", () => {
  assertEquals(new Frame("").encoded((frame) => `${frame};`), ";");
});

Deno.test("a received message is what was encoded, and keeps its encoding", () => {
  const texts = [
    "",
    "plain",
    "1234567890",
    'a "quote" \\',
    "é\u2028\u{1f600}\ud800",
    "x".repeat(300),
  ];
  for (const text of texts) {
    const { framed } = new SharedMessage(text);
    const received = SharedMessage.received(framed.text)!;
    assertEquals([received.text, received.raw.text], [text, text]);
    assertEquals([received.framed.text, received.framed.bytes], [framed.text, framed.bytes]);
  }
});

Deno.test("a received message that is encoded otherwise gets the encoding of clients", () => {
  const received = SharedMessage.received('"a\u2028b"')!;
  assertEquals(received.text, "a\u2028b");
  assertEquals(received.framed.text, '"a\\u2028b"');
});

Deno.test("what is not the JSON string of a message is not received", () => {
  for (const json of ["", '"', '"a', 'a"', "1", '["a"]', ' "a"', '"a"\n', '"a","b"', '"a\nb"']) {
    assertEquals(SharedMessage.received(json), undefined, json);
  }
});
