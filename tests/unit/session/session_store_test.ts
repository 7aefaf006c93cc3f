import { assertEquals } from "@std/assert";
import { guarded } from "../../../src/event_loop/guard.ts";
import { readOptions } from "../../../src/options/settings.ts";
import { ClientInfo } from "../../../src/session/client_info.ts";
import { Session } from "../../../src/session/session.ts";
import type { Receiver } from "../../../src/session/receiver.ts";
import { ServerLog } from "../../../src/session/server_log.ts";
import { SessionStore } from "../../../src/session/session_store.ts";
import { keysDuring } from "../../support/map_keys.ts";

function makeSessions(): SessionStore {
  return new SessionStore(
    readOptions({ highWaterMark: 100, maxBufferedBytes: 1000, maxSessions: 100 }),
  );
}

function makeSession(sessions: SessionStore, id: string): Session {
  return new Session(sessions, new ClientInfo("xhr-polling", "/", 0, new Headers(), {}), id);
}

Deno.test("a session is found by its id until it is free", () => {
  const sessions = makeSessions();
  const session = makeSession(sessions, "a");
  sessions.add(session);
  assertEquals([sessions.get("a") === session, sessions.get("b"), sessions.size], [
    true,
    undefined,
    1,
  ]);
  sessions.free(session);
  assertEquals([sessions.get("a"), sessions.size], [undefined, 0]);
});

Deno.test("the id of a session is no key of a map, and none of a set when it has ended", () => {
  const sessions = makeSessions();
  sessions.log = new ServerLog(() => {});
  const session = makeSession(sessions, "1000013824");
  const keys = keysDuring(() => {
    sessions.add(session);
    sessions.free(session);
  });
  assertEquals([keys.size, keys.has(session.id)], [1, false]);
});

Deno.test("a session that is freed late leaves the next of its id alone", () => {
  const sessions = makeSessions();
  const [old, next] = [makeSession(sessions, "a"), makeSession(sessions, "a")];
  sessions.add(old);
  sessions.free(old);
  sessions.add(next);
  sessions.free(old);
  assertEquals(sessions.get("a") === next, true);
});

Deno.test("freeing a session that was never added changes nothing", () => {
  const sessions = makeSessions();
  sessions.free(makeSession(sessions, ""));
  assertEquals(sessions.size, 0);
});

Deno.test("ids that name members of every object are ids like any other", () => {
  const sessions = makeSessions();
  for (const id of ["__proto__", "constructor", "toString"]) {
    assertEquals(sessions.get(id), undefined);
    sessions.add(makeSession(sessions, id));
    assertEquals(sessions.get(id)?.id, id);
  }
});

Deno.test("new sessions are refused above the limit, and while the server closes", () => {
  const sessions = makeSessions();
  const all = Array.from({ length: 100 }, (_, i) => makeSession(sessions, `${i}`));
  for (const session of all) {
    assertEquals(sessions.refusal, undefined);
    sessions.add(session);
  }
  assertEquals(sessions.refusal, "Too many sessions");
  // One that has ended and lingers still counts.
  sessions.ended();
  assertEquals(sessions.refusal, "Too many sessions");
  sessions.free(all[0]!);
  assertEquals([sessions.refusal, sessions.open], [undefined, 99]);
  sessions.closing = { code: 1001, reason: "" };
  assertEquals(sessions.refusal, "Server is shutting down");
});

Deno.test("websockets count without an id, and are never found by one", () => {
  const sessions = makeSessions();
  for (let i = 0; i < 2; i++) sessions.add(makeSession(sessions, ""));
  assertEquals([sessions.size, sessions.get("")], [2, undefined]);
});

Deno.test("the store reports closing connections that are gone", () => {
  const sessions = makeSessions();
  const connection = { heldBytes: 0, bufferedAmount: 0, isOver: true, destroy() {} };
  let changes = 0;
  sessions.changed = () => changes++;
  sessions.connectionGone(connection);
  sessions.closingConnections.add(connection);
  sessions.connectionGone(connection);
  assertEquals([changes, sessions.closingConnections.size], [1, 0]);
});

Deno.test("a receiver of a session that fails gets its close frame", () => {
  const sessions = makeSessions();
  const errors: unknown[] = [];
  sessions.report = (error) => errors.push(error);
  const session = makeSession(sessions, "a");
  sessions.add(session);
  const seen: string[] = [];
  const receiver: Receiver = {
    bufferedAmount: 0,
    bufferedUpperBound: 0,
    frameSize: 1,
    send({ text }) {
      seen.push(text);
      if (text[0] === "c") throw new Error("It has failed as well");
      return true;
    },
    end: ({ code }) => void seen.push(`ended with ${code}`),
    abort: () => {},
    wantsHeartbeatFrame: true,
    scheduleFlush: () => {},
    heartbeat: () => "handled",
    pause: () => {},
    resume: () => {},
  };
  session.attach(receiver, session.client);
  guarded(session, () => {
    throw "a fault";
  }, undefined);
  assertEquals(seen, ["o", 'c[1011,"Internal error"]', "ended with 1011"]);
  assertEquals([errors, sessions.open, sessions.size], [["a fault"], 0, 0]);
});
