import { assertEquals } from "@std/assert";
import { LeavingSession } from "../../../../src/runtimes/node/leaving_session.ts";
import { fakeTime } from "../../../support/fake_time.ts";
import { FakeSession } from "./fake_messages.ts";

const minute = 60_000;

/** A session whose client has announced that it leaves. */
function leavingSession(): FakeSession {
  const session = new FakeSession();
  new LeavingSession(session);
  return session;
}

Deno.test("a session is destroyed if its client acknowledges no settings within a minute", () => {
  using time = fakeTime();
  const session = leavingSession();
  time.tick(minute - 1);
  assertEquals([session.acknowledge, session.destroyed], [undefined, false]);
  time.tick(minute);
  assertEquals([typeof session.acknowledge, session.destroyed], ["function", false]);
  time.tick(1);
  assertEquals(session.destroyed, true);
});

Deno.test("a session lives on as long as its client acknowledges settings", () => {
  using time = fakeTime();
  const session = leavingSession();
  for (let minutes = 0; minutes < 10; minutes++) {
    time.tick(minute);
    session.acknowledge?.();
  }
  assertEquals(session.destroyed, false);
  time.tick(2 * minute);
  assertEquals(session.destroyed, true);
});

Deno.test("nothing is sent to a client whose session has closed", () => {
  using time = fakeTime();
  const session = leavingSession();
  session.emit("close");
  time.tick(10 * minute);
  assertEquals([session.acknowledge, session.destroyed], [undefined, false]);
});

Deno.test("a session that takes no more settings is destroyed, and nothing is thrown", () => {
  using time = fakeTime();
  const session = leavingSession();
  session.settings = () => {
    throw new Error("ERR_HTTP2_MAX_PENDING_SETTINGS_ACK");
  };
  time.tick(minute);
  assertEquals(session.destroyed, true);
});
