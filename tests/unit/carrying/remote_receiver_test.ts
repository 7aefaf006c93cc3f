import { assertEquals } from "@std/assert";
import { toOwner } from "../../../src/carrying/exchange_messages.ts";
import { normalClosure } from "../../../src/protocol/close_codes.ts";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { OwnedSession } from "./owned_session.ts";

/** One with a receiver. */
async function open(
  protocol: Parameters<OwnedSession["receive"]>[0] = "xhr-streaming",
  options?: ConstructorParameters<typeof OwnedSession>[0],
) {
  const owned = new OwnedSession(options);
  const receiver = owned.receive(protocol);
  await microtasks();
  return { owned, receiver };
}

const text = "x".repeat(94); // As a frame, with a line feed, 100 bytes.

Deno.test("what the client has not taken counts, and fills the window", async () => {
  using _time = fakeTime();
  const { owned, receiver } = await open("xhr-streaming", { highWaterMark: 250 });
  owned.tell(toOwner.taken, receiver, 2);
  await microtasks();
  assertEquals(owned.session.bufferedAmount, 0);
  const results: boolean[] = [];
  for (let i = 0; i < 5; i++) {
    results.push(owned.session.write(text));
    await microtasks();
  }
  assertEquals(receiver.notes.length, 4);
  assertEquals(results.at(-1), false);
  owned.tell(toOwner.taken, receiver, 202);
  await microtasks();
  // The other two go in one frame.
  assertEquals(receiver.notes.length, 5);
  assertEquals(owned.events, ["opened"]);
  owned.tell(toOwner.taken, receiver, 400);
  await microtasks();
  assertEquals(owned.events, ["opened", "drained"]);
});

Deno.test("the client cannot have taken more than there is, or less than before", async () => {
  using _time = fakeTime();
  const { owned, receiver } = await open();
  for (const bytes of [1e9, -1, 0, "5", null, undefined, NaN]) {
    owned.tell(toOwner.taken, receiver, bytes);
  }
  await microtasks();
  assertEquals(owned.session.bufferedAmount, 0);
  owned.session.write(text);
  await microtasks();
  assertEquals([owned.session.bufferedAmount, owned.errors], [100, []]);
});

Deno.test("a stream ends when it has brought its limit, and the next goes on", async () => {
  using _time = fakeTime();
  const { owned, receiver } = await open("xhr-streaming", { responseLimit: 150 });
  owned.session.write(text);
  await microtasks();
  assertEquals(receiver.notes.length, 2);
  owned.session.write(text);
  await microtasks();
  assertEquals(receiver.notes.slice(2), [`frame a["${text}"]`, "last"]);
  owned.session.write("more");
  owned.tell(toOwner.ended, receiver, false);
  await microtasks();
  assertEquals(receiver.notes.length, 4);
  const next = owned.receive();
  await microtasks();
  assertEquals(next.notes, ['frame a["more"]']);
});

Deno.test("a poll takes one frame", async () => {
  using _time = fakeTime();
  const { owned, receiver } = await open("xhr-polling");
  owned.session.write("a");
  await microtasks();
  assertEquals(receiver.notes, ["frame o"]);
  owned.tell(toOwner.ended, receiver, false);
  await microtasks();
  assertEquals([owned.session.attached, owned.atOwner.servedCount], [false, 0]);
});

Deno.test("a carrier that closes gets its streams and polls back at once", async () => {
  using _time = fakeTime();
  for (const protocol of ["xhr-streaming", "xhr-polling"] as const) {
    const { owned, receiver: first } = await open(protocol);
    let receiver = first;
    if (protocol === "xhr-polling") {
      owned.tell(toOwner.ended, first, false);
      receiver = owned.receive(protocol);
    }
    owned.tell(toOwner.leave, receiver);
    owned.tell(toOwner.leave, receiver);
    await microtasks();
    const end = protocol === "xhr-streaming" ? ["frame o", "frame h", "last"] : ["frame h"];
    assertEquals(receiver.notes.filter((note) => note !== "attached"), end);
    assertEquals(owned.session.attached, true);
    owned.tell(toOwner.ended, receiver, false);
    await microtasks();
    assertEquals([owned.session.attached, owned.events], [false, ["opened"]]);
  }
});

Deno.test("a response that breaks ends the session", async () => {
  using _time = fakeTime();
  const { owned, receiver } = await open();
  owned.session.write("a");
  await microtasks();
  owned.tell(toOwner.broken, receiver);
  await microtasks();
  assertEquals([owned.events, owned.atOwner.servedCount], [["opened", "closed 1002"], 0]);
});

Deno.test("so does a link that breaks", async () => {
  using time = fakeTime();
  const { owned, receiver } = await open();
  owned.session.write("a");
  await microtasks();
  owned.isCut = true;
  for (let passed = 0; passed < 10_000; passed += 500) await pass(time, 500);
  assertEquals([owned.events, owned.atOwner.servedCount], [["opened", "closed 1002"], 0]);
  assertEquals(receiver.notes.at(-1), "broken");
});

Deno.test("a response that is under way does not stand in the way of the next", async () => {
  using time = fakeTime();
  const { owned, receiver } = await open("xhr-polling");
  owned.tell(toOwner.early, receiver);
  await microtasks();
  assertEquals([owned.session.attached, owned.atOwner.servedCount], [false, 1]);
  const next = owned.receive("xhr-polling");
  await pass(time, 25);
  assertEquals(next.notes, ["attached"]);
  owned.tell(toOwner.ended, receiver, false);
  await microtasks();
  assertEquals(owned.atOwner.servedCount, 1);
});

Deno.test("when the session closes, the response has the close frame and ends", async () => {
  using _time = fakeTime();
  const { owned, receiver } = await open();
  owned.session.close(normalClosure);
  await microtasks();
  assertEquals(receiver.notes, ["frame o", 'frame c[1000,"Normal closure"]', "last"]);
  assertEquals(owned.sessions.closingConnections.size, 1);
  owned.tell(toOwner.ended, receiver, false);
  await microtasks();
  assertEquals([owned.sessions.closingConnections.size, owned.atOwner.servedCount], [0, 0]);
});

Deno.test("when the session is destroyed, the response is cut off", async () => {
  using _time = fakeTime();
  const { owned, receiver } = await open();
  owned.session.destroy();
  await microtasks();
  assertEquals(receiver.notes, ["frame o", "abort"]);
  assertEquals(owned.atOwner.servedCount, 0);
  // What the carrier sends meanwhile finds nothing.
  for (const kind of Object.values(toOwner)) owned.tell(kind, receiver, 5);
  await microtasks();
  assertEquals(owned.errors, []);
});

Deno.test("a client that takes nothing is interrupted after a heartbeat", async () => {
  using time = fakeTime();
  const { owned } = await open("xhr-polling");
  assertEquals(owned.session.bufferedAmount, 2);
  for (let passed = 0; passed < 60_000; passed += 1000) await pass(time, 1000);
  assertEquals([owned.events, owned.atOwner.servedCount], [["opened", "closed 1002"], 0]);
});
