import { assertEquals } from "@std/assert";
import { fakeTime } from "../../support/fake_time.ts";
import { readOptions } from "../../../src/options/settings.ts";
import { ClientInfo } from "../../../src/session/client_info.ts";
import type { HeartbeatResult, Receiver } from "../../../src/session/receiver.ts";
import { Session } from "../../../src/session/session.ts";
import { SessionStore } from "../../../src/session/session_store.ts";

/** A receiver that notes what it is asked to do. */
class NotingReceiver implements Receiver {
  readonly notes: string[] = [];
  readonly bufferedAmount = 0;
  readonly bufferedUpperBound = 0;
  readonly frameSize = 1000;
  readonly wantsHeartbeatFrame: boolean;
  readonly #result: HeartbeatResult;

  constructor(wantsHeartbeatFrame = true, result: HeartbeatResult = "handled") {
    this.wantsHeartbeatFrame = wantsHeartbeatFrame;
    this.#result = result;
  }

  scheduleFlush(): void {
    this.notes.push("flush scheduled");
  }

  send({ text }: { text: string }): boolean {
    this.notes.push(text);
    return true;
  }

  end({ code }: { code: number }): void {
    this.notes.push(`end ${code}`);
  }

  abort({ code }: { code: number }): void {
    this.notes.push(`abort ${code}`);
  }

  heartbeat(): HeartbeatResult {
    this.notes.push("heartbeat");
    return this.#result;
  }

  pause(): void {}
  resume(): void {}
}

const heartbeatDelay = 25_000;

function newSession(isRaw = false): { session: Session; client: ClientInfo } {
  const options = { heartbeatDelay, highWaterMark: 100, maxBufferedBytes: 1000 };
  const sessions = new SessionStore(readOptions(options));
  const client = new ClientInfo("xhr-streaming", "/", 0, new Headers(), {});
  const session = new Session(sessions, client, "a", isRaw);
  sessions.add(session);
  return { session, client };
}

function openSession(receiver: Receiver, isRaw = false): Session {
  const { session, client } = newSession(isRaw);
  session.attach(receiver, client);
  return session;
}

Deno.test("what is written stays in the queue until the receiver flushes, which is asked once", () => {
  using _time = fakeTime();
  const receiver = new NotingReceiver();
  const session = openSession(receiver);
  session.write("one");
  session.write("two");
  assertEquals(receiver.notes, ["o", "flush scheduled"]);
  session.flush();
  assertEquals(receiver.notes.slice(2), ['a["one","two"]']);
  session.write("three");
  assertEquals(receiver.notes.slice(3), ["flush scheduled"]);
});

Deno.test("what is written while messages are accepted with a flush leaves without a schedule", () => {
  using _time = fakeTime();
  const receiver = new NotingReceiver();
  const session = openSession(receiver);
  session.application = {
    unreadCost: 0,
    opened: () => {},
    received: ([message]) => void session.write(message!),
    drained: () => {},
    closed: () => {},
    forget: () => {},
  };
  session.acceptAndFlush(["one"]);
  assertEquals(receiver.notes, ["o", 'a["one"]']);
});

Deno.test("a second receiver is closed with 2010, and the first one stays", () => {
  using _time = fakeTime();
  const [first, second] = [new NotingReceiver(), new NotingReceiver()];
  const session = openSession(first);
  session.attach(second, new ClientInfo("xhr-polling", "/", 0, new Headers(), {}));
  assertEquals(second.notes, ['c[2010,"Another connection still open"]', "end 2010"]);
  session.write("one");
  session.flush();
  assertEquals(first.notes, ["o", "flush scheduled", 'a["one"]']);
  assertEquals(session.client.protocol, "xhr-streaming");
});

Deno.test("an adapter learns of each later receiver of an open session, before it is sent anything", () => {
  using _time = fakeTime();
  const first = new NotingReceiver();
  const session = openSession(first);
  const seen: string[] = [];
  const attach = (url: string): NotingReceiver => {
    const receiver = new NotingReceiver();
    session.onReceivingRequest = () => {
      seen.push(session.client.url);
      assertEquals([session.attached, receiver.notes], [true, []]);
    };
    session.attach(receiver, new ClientInfo("xhr-polling", url, 0, new Headers(), {}));
    return receiver;
  };
  attach("/refused");
  session.detach(first);
  session.write("one");
  const second = attach("/second");
  assertEquals(second.notes, ['a["one"]']);
  session.detach(second);
  session.detach(attach("/third"));
  session.close({ code: 1000, reason: "" });
  attach("/closing");
  assertEquals(seen, ["/second", "/third"]);
});

Deno.test("a session that ends with its open frame never reaches the application", () => {
  using _time = fakeTime();
  const calls: string[] = [];
  /** As of a client that is gone when its first frame is sent. */
  class BrokenReceiver extends NotingReceiver {
    session: Session | undefined;
    override send(): boolean {
      this.session?.disconnect(this, { code: 1006, reason: "" }, false);
      return true;
    }
  }
  const receiver = new BrokenReceiver();
  const { session, client } = newSession();
  receiver.session = session;
  session.application = {
    unreadCost: 0,
    opened: () => calls.push("opened"),
    received: () => {},
    drained: () => {},
    closed: ({ code }) => calls.push(`closed ${code}`),
    forget: () => {},
  };
  session.attach(receiver, client);
  assertEquals([calls, session.readyState], [["closed 1006"], 3]);
});

Deno.test("a heartbeat begins with an h frame where the receiver wants one, never on raw sessions", () => {
  using time = fakeTime();
  const wanting = new NotingReceiver();
  const silent = new NotingReceiver(false);
  const raw = new NotingReceiver();
  openSession(wanting);
  openSession(silent);
  openSession(raw, true);
  time.tick(heartbeatDelay);
  assertEquals(wanting.notes, ["o", "h", "heartbeat"]);
  assertEquals(silent.notes, ["o", "heartbeat"]);
  assertEquals(raw.notes, ["heartbeat"]);
});

Deno.test("a receiver whose client is dead is aborted", () => {
  using time = fakeTime();
  const receiver = new NotingReceiver(false, "dead");
  const session = openSession(receiver);
  time.tick(heartbeatDelay);
  assertEquals([receiver.notes, session.readyState], [["o", "heartbeat", "abort 1006"], 3]);
});

Deno.test("a drain is there to be taken once, when enough has left", () => {
  using _time = fakeTime();
  const session = openSession(new NotingReceiver());
  assertEquals(session.takeDrain(), false);
  assertEquals(session.write("x".repeat(200)), false);
  assertEquals([session.congested, session.takeDrain()], [true, false]);
  session.flush();
  assertEquals([session.takeDrain(), session.congested, session.takeDrain()], [true, false, false]);
});
