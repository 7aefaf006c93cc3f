import { assertEquals } from "@std/assert";
import { ServerLog } from "../../../src/session/server_log.ts";
import { fakeTime } from "../../support/fake_time.ts";

function makeLog() {
  const lines: string[] = [];
  const log = new ServerLog((severity, line) => lines.push(`${severity} ${line}`));
  return { log, take: () => lines.splice(0) };
}

const line = "info Refused with 1009: a websocket message is longer than maxMessageSize";

Deno.test("a kind of refusal has one line a minute, and the next one tells how many there were", () => {
  using time = fakeTime();
  const { log, take } = makeLog();
  log.refused("longMessage", () => "first");
  assertEquals(take(), [`${line}: first`]);
  time.tick(59_999);
  for (let i = 0; i < 1000; i++) {
    log.refused("longMessage", () => {
      throw new Error("Nothing is put into words that is not told");
    });
  }
  assertEquals(take(), []);
  time.tick(1);
  log.refused("longMessage", () => "next");
  assertEquals(take(), [`${line}: next (and 1000 more since the last line)`]);
  time.tick(60_000);
  log.refused("longMessage");
  assertEquals(take(), [line]);
});

Deno.test("kinds do not wait for each other", () => {
  using _time = fakeTime();
  const { log, take } = makeLog();
  log.refused("slow");
  log.refused("unread");
  assertEquals(take().length, 2);
});

Deno.test("no timer is left: what was only counted is told at the end, once", () => {
  using time = fakeTime();
  const { log, take } = makeLog();
  log.refused("longMessage");
  log.refused("longMessage");
  log.refused("longMessage");
  log.refused("slow");
  take();
  assertEquals(time.next(), false);
  log.writeCounts();
  const [, what] = line.split("with ");
  assertEquals(take(), [`info Refused 2 more with ${what}`]);
  log.writeCounts();
  assertEquals(take(), []);
});

Deno.test("a log that refuses within a line is not called again for the same kind", () => {
  using _time = fakeTime();
  let calls = 0;
  const log: ServerLog = new ServerLog(() => {
    calls++;
    log.refused("slow");
  });
  log.refused("slow");
  assertEquals(calls, 1);
});

Deno.test("connections have a line for their beginning and one for their end, without line breaks", () => {
  const { log, take } = makeLog();
  log.opened("1234", "xhr-polling");
  log.closed("1234", "websocket", { code: 4000, reason: "a\r\nb" }, true);
  log.closed("5", "eventsource", { code: 1002, reason: "" }, false);
  assertEquals(take(), [
    "debug Opened 1234 over xhr-polling",
    'debug Closed 1234 over websocket, cleanly: 4000 "a\\u000d\\u000ab"',
    'debug Closed 5 over eventsource, not cleanly: 1002 ""',
  ]);
});

const question = /are there several processes without sticky sessions\?$/;

function questions(lines: readonly string[]): number {
  return lines.filter((line) => question.test(line)).length;
}

Deno.test("ten sends for sessions that were never here raise the question of several processes, once", () => {
  const { log, take } = makeLog();
  for (let i = 0; i < 9; i++) log.noSession(`${i}`);
  assertEquals(questions(take()), 0);
  log.noSession("9");
  assertEquals(questions(take()), 1);
  for (let i = 0; i < 1000; i++) log.noSession(`other ${i}`);
  assertEquals(questions(take()), 0);
});

Deno.test("sends for sessions that have ended here raise no question", () => {
  const { log, take } = makeLog();
  for (let i = 0; i < 1000; i++) log.ended(`${i}`);
  for (let i = 0; i < 1000; i++) log.noSession(`${i}`);
  // Ids that are too long to be kept.
  for (let i = 0; i < 100; i++) log.noSession("x".repeat(1000) + i);
  assertEquals(questions(take()), 0);
});

Deno.test("of ended sessions, only the last thousand are remembered", () => {
  const { log, take } = makeLog();
  for (let i = 0; i < 1010; i++) log.ended(`${i}`);
  for (let i = 10; i < 1010; i++) log.noSession(`${i}`);
  assertEquals(questions(take()), 0);
  for (let i = 0; i < 10; i++) log.noSession(`${i}`);
  assertEquals(questions(take()), 1);
});
