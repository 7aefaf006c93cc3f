import { assertEquals } from "@std/assert";
import {
  closeFrame,
  heartbeatFrame,
  messagesFrame,
  openFrame,
} from "../../../src/protocol/frames.ts";

Deno.test("open and heartbeat are one letter each", () => {
  assertEquals([openFrame, heartbeatFrame], ["o", "h"]);
});

Deno.test("one encoded message makes an array of one", () => {
  assertEquals(messagesFrame(['"x"']), 'a["x"]');
});

Deno.test("several encoded messages make one array, in order", () => {
  assertEquals(messagesFrame(['"1"', '""', '"3"']), 'a["1","","3"]');
});

Deno.test("a close frame has exactly two elements, without spaces", () => {
  assertEquals(closeFrame(3000, "Go away!"), 'c[3000,"Go away!"]');
  assertEquals(closeFrame(0, ""), 'c[0,""]');
});

Deno.test("the reason of a close frame is escaped as messages are", () => {
  assertEquals(
    closeFrame(1000, 'a"b\n\u2028\ud800'),
    'c[1000,"a\\"b\\n\\u2028\\ud800"]',
  );
});
