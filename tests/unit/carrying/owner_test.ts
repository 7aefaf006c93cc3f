import { assert, assertEquals } from "@std/assert";
import { toOwner } from "../../../src/carrying/exchange_messages.ts";
import { fakeTime, microtasks, pass, soon } from "../../support/fake_time.ts";
import { heap } from "../../support/heap.ts";
import { OwnedSession } from "./owned_session.ts";

/** One with a receiver that is there to stay. */
async function openSession(options?: ConstructorParameters<typeof OwnedSession>[0]) {
  const owned = new OwnedSession(options);
  const receiver = owned.receive();
  await microtasks();
  return { owned, receiver };
}

Deno.test("a receiving request opens the session, and its frames go to the carrier", async () => {
  using _time = fakeTime();
  const { owned, receiver } = await openSession();
  assertEquals([receiver.notes, owned.events], [["frame o"], ["opened"]]);
  const { protocol, remote, pathname } = owned.session.client;
  assertEquals([protocol, remote?.address, pathname], [
    "xhr-streaming",
    "192.0.2.1",
    "/echo/0/x/xhr",
  ]);
  assertEquals(owned.session.client.headers, { "user-agent": "test" });
  owned.session.write("hello");
  await microtasks();
  assertEquals(receiver.notes, ["frame o", 'frame a["hello"]']);
});

Deno.test("a request for which no frame is ready is confirmed: for a poll, that may wait", async () => {
  using time = fakeTime();
  const { owned, receiver } = await openSession();
  owned.tell(toOwner.ended, receiver, false);
  await microtasks();
  const poll = owned.receive("xhr-polling");
  await microtasks();
  assertEquals(poll.notes, []);
  await pass(time, 25);
  assertEquals(poll.notes, ["attached"]);
  owned.tell(toOwner.ended, poll, false);
  await microtasks();
  const stream = owned.receive("xhr-streaming");
  await microtasks();
  assertEquals(stream.notes, ["attached"]);
});

Deno.test("a send is accepted when the application has its messages", async () => {
  using _time = fakeTime();
  const { owned } = await openSession();
  const [send, empty] = [owned.send('["a","b"]'), owned.send("[]")];
  await microtasks();
  assertEquals([send.notes, empty.notes], [["accepted"], ["accepted"]]);
  assertEquals(owned.events, ["opened", "a", "b"]);
  assertEquals(owned.atOwner.servedCount, 1);
});

Deno.test("another session, another claim and a bad payload are refused, and touch nothing", async () => {
  using _time = fakeTime();
  const { owned } = await openSession();
  const refused = [
    owned.send('["a"]', { hash: "ac" }),
    owned.send('["a"]', { number: 6 }),
    owned.send('["a"]', { number: 8 }),
    owned.receive("xhr-polling", { number: 8 }),
    owned.send('["a"'),
    owned.send('{"a":1}'),
    owned.send("[1]"),
    owned.begin(toOwner.send, [], '["a"]'),
    owned.begin(toOwner.send, [1, 7, null], '["a"]'),
    owned.begin(toOwner.send, ["ab", "7", null], '["a"]'),
    owned.begin(toOwner.receive, owned.name()),
    owned.begin(toOwner.receive, [...owned.name(), { protocol: "xhr-polling" }]),
    owned.receive("websocket"),
    owned.receive("jsonp-polling"),
  ];
  await microtasks();
  assertEquals(refused.map(({ notes }) => notes), refused.map(() => ["none"]));
  assertEquals([owned.events, owned.errors, owned.atOwner.servedCount], [["opened"], [], 1]);
});

Deno.test("a payload that is longer than a send may be is not decoded", async () => {
  using _time = fakeTime();
  const { owned } = await openSession({ maxMessageSize: 10 });
  const [most, long] = [owned.send('["123456"]'), owned.send('["1234567"]')];
  await microtasks();
  assertEquals([most.notes, long.notes], [["accepted"], ["none"]]);
  assertEquals(owned.events, ["opened", "123456"]);
});

Deno.test("another key is forbidden, and so is none", async () => {
  using _time = fakeTime();
  const owned = new OwnedSession({ key: "secret" });
  const refused = [
    owned.receive("xhr-polling", { key: "wrong" }),
    owned.begin(toOwner.send, ["ab", 7, null, 0], '["a"]'),
    owned.send('["a"]', { key: "" }),
  ];
  await microtasks();
  assertEquals(refused.map(({ notes }) => notes), refused.map(() => ["forbidden"]));
  assertEquals(owned.events, []);
  const receiver = owned.receive();
  const send = owned.send('["a"]');
  await microtasks();
  assertEquals([receiver.notes, send.notes], [["frame o"], ["accepted"]]);
});

Deno.test("more exchanges than allowed are refused, and those that end make room", async () => {
  using _time = fakeTime();
  const { owned, receiver } = await openSession({ maxServed: 1 });
  const send = owned.send('["a"]');
  await microtasks();
  assertEquals([send.notes, owned.events], [["full"], ["opened"]]);
  owned.tell(toOwner.ended, receiver, false);
  const next = owned.send('["b"]');
  await microtasks();
  assertEquals([next.notes, owned.events], [["accepted"], ["opened", "b"]]);
});

Deno.test("who asks without end and reads no answers gets no more of them", async () => {
  using time = fakeTime();
  const owned = new OwnedSession({ maxServed: 10 });
  const unread = () => owned.atOwner.link.load.unacknowledged;
  const ask = async (name: { number: number } | undefined, count: number) => {
    for (let i = 0; i < count; i++) owned.send("[]", name);
    await microtasks();
  };
  await ask({ number: 99 }, 1);
  await pass(time, 100);
  assertEquals(unread(), 0);
  owned.dropsAtCarrier = true;
  await ask({ number: 99 }, 2000);
  assertEquals(unread(), 1000);
  owned.dropsAtCarrier = false;
  for (let passed = 0; passed < 10_000; passed += 100) await pass(time, 100);
  assertEquals(unread(), 0);
  // From a server that carries for this one, there may be as many as it carries, and more.
  await ask(undefined, 1);
  owned.dropsAtCarrier = true;
  await ask(undefined, 1050);
  assert(unread() > 1040);
});

Deno.test("a claim that is not there any more is looked for in the registry", async () => {
  using _time = fakeTime();
  const { owned } = await openSession();
  const send = owned.send('["a"]', { number: 5 });
  await microtasks();
  assertEquals([owned.disowned, send.notes], [[5], ["none"]]);
});

Deno.test("an owner that has stood still answers when it has checked its claims", async () => {
  using _time = fakeTime();
  const { owned, receiver } = await openSession();
  owned.isStale = true;
  const send = owned.send('["a"]');
  const cancelled = owned.send('["b"]');
  await microtasks();
  assertEquals([send.notes, owned.events], [[], ["opened"]]);
  owned.tell(toOwner.cancel, cancelled);
  await microtasks();
  owned.isStale = false;
  for (const checked of owned.checks) checked();
  await microtasks();
  assertEquals([send.notes, owned.events, cancelled.notes], [["accepted"], ["opened", "a"], []]);
  assertEquals([receiver.notes, owned.atOwner.servedCount], [["frame o"], 1]);
});

Deno.test("what fails after a check is reported, and ends nothing else", async () => {
  using _time = fakeTime();
  const { owned } = await openSession();
  owned.isStale = true;
  owned.send('["a"]');
  await microtasks();
  owned.isStale = false;
  const error = new Error("It fails");
  owned.atOwner.send = () => {
    throw error;
  };
  for (const checked of owned.checks) checked();
  await microtasks();
  assertEquals(owned.errors, [error]);
});

Deno.test("while the application pauses, a send is held", async () => {
  using _time = fakeTime();
  const { owned } = await openSession();
  owned.session.pause();
  const [send, empty] = [owned.send('["a"]'), owned.send("[]")];
  await microtasks();
  assertEquals([send.notes, empty.notes], [["held"], ["accepted"]]);
  assertEquals(owned.session.currentPause?.size, 1);
  owned.session.resume();
  await microtasks();
  assertEquals(send.notes, ["held", "accepted"]);
  assertEquals(owned.atOwner.servedCount, 1);
});

Deno.test("a held send whose client goes, or whose link breaks, waits no more", async () => {
  using time = fakeTime();
  const { owned } = await openSession();
  owned.session.pause();
  const [cancelled, broken] = [owned.send('["a"]'), owned.send('["b"]')];
  await microtasks();
  const pause = owned.session.currentPause!;
  owned.tell(toOwner.cancel, cancelled);
  await microtasks();
  assertEquals([pause.size, owned.atOwner.servedCount], [1, 2]);
  owned.isCut = true;
  for (let passed = 0; passed < 20_000; passed += 500) await pass(time, 500);
  assertEquals([pause.size, owned.atOwner.servedCount], [0, 0]);
  assertEquals(broken.notes, ["held", "broken"]);
});

Deno.test("a second receiver waits for the first to go, and takes its place", async () => {
  using time = fakeTime();
  const { owned, receiver } = await openSession();
  const second = owned.receive("xhr-polling");
  await microtasks();
  assertEquals(second.notes, []);
  owned.tell(toOwner.ended, receiver, false);
  await soon(time, waitFor(() => second.notes.length > 0));
  assertEquals(second.notes, ["attached"]);
});

Deno.test("for the second, the first one's carrier does not wait to say that it is gone", async () => {
  using _time = fakeTime();
  const { owned, receiver } = await openSession();
  owned.atCarrier.sendPatiently([toOwner.ended, receiver.number, false]);
  await microtasks();
  assertEquals(owned.session.attached, true);
  const gone = owned.session.whenReceiverGone(250);
  await microtasks();
  assertEquals(owned.session.attached, false);
  await gone;
});

Deno.test("what exchanges want to tell soon goes in one packet", async () => {
  using time = fakeTime();
  const { owned } = await openSession();
  const told: string[] = [];
  for (const name of ["one", "other", "failing"]) {
    const tell = () => {
      told.push(name);
      owned.atCarrier.sendPatiently([toOwner.taken, 99, 1]);
      if (name === "failing") throw new Error(name);
    };
    owned.atCarrier.tellSoon({ take: () => {}, broken: () => {}, tell });
    await pass(time, 10);
  }
  const before = owned.packets;
  await pass(time, 19);
  assertEquals(told, []);
  await pass(time, 1);
  await pass(time, 25);
  assertEquals([told, owned.packets - before], [["one", "other", "failing"], 1]);
});

Deno.test("if the first stays, the second gets 2010", async () => {
  using time = fakeTime();
  const { owned, receiver } = await openSession();
  const second = owned.receive("xhr-polling");
  for (let passed = 0; second.notes.length === 0 && passed < 1000; passed += 10) {
    await turn();
    await pass(time, 10);
  }
  assertEquals(second.notes, ['frame c[2010,"Another connection still open"]']);
  owned.session.write("a");
  await microtasks();
  assertEquals(receiver.notes, ["frame o", 'frame a["a"]']);
});

Deno.test("if the response of the first is complete, the second waits until a slow bus says so", async () => {
  using time = fakeTime();
  const { owned, receiver } = await openSession();
  owned.tell(toOwner.ended, receiver, false);
  const first = owned.receive("xhr-polling");
  await microtasks();
  owned.session.write("a");
  await microtasks();
  assertEquals(first.notes.at(-1), 'frame a["a"]');
  const second = owned.receive("xhr-polling");
  for (let passed = 0; passed < 1500; passed += 10) {
    await turn();
    await pass(time, 10);
  }
  assertEquals(second.notes, []);
  owned.tell(toOwner.ended, first, false);
  await soon(time, waitFor(() => second.notes.length > 0));
  assertEquals(second.notes, ["attached"]);
});

Deno.test("a second receiver whose server closes meanwhile ends when it takes the place", async () => {
  using time = fakeTime();
  const { owned, receiver } = await openSession();
  const second = owned.receive("xhr-polling");
  await microtasks();
  owned.tell(toOwner.leave, second);
  await microtasks();
  owned.tell(toOwner.ended, receiver, false);
  await soon(time, waitFor(() => second.notes.length > 1));
  assertEquals([receiver.notes, second.notes], [["frame o"], ["attached", "frame h"]]);
});

Deno.test("requests that have waited for a receiver in vain leave nothing behind", async () => {
  using time = fakeTime();
  const { owned } = await openSession();
  const wait = async (times: number) => {
    const before = heap();
    const all = Array.from({ length: times }, () => owned.session.whenReceiverGone(250));
    await pass(time, 250);
    await Promise.all(all.splice(0));
    return heap() - before;
  };
  await wait(2000);
  const growth = await wait(2000);
  assert(growth < 200_000, `${growth} bytes`);
});

Deno.test("a second receiver whose client goes does not take the place", async () => {
  using time = fakeTime();
  const { owned, receiver } = await openSession();
  const second = owned.receive("xhr-polling");
  await microtasks();
  owned.tell(toOwner.broken, second);
  owned.tell(toOwner.ended, receiver, false);
  for (let i = 0; i < 5; i++) {
    await turn();
    await pass(time, 10);
  }
  assertEquals([second.notes, owned.session.attached, owned.atOwner.servedCount], [[], false, 0]);
});

Deno.test("a session that was interrupted takes no sends", async () => {
  using _time = fakeTime();
  const { owned, receiver } = await openSession();
  owned.send('["a"]');
  await microtasks();
  owned.tell(toOwner.broken, receiver);
  const send = owned.send('["b"]');
  await microtasks();
  assertEquals([send.notes, owned.events], [["none"], ["opened", "a", "closed 1002"]]);
  const next = owned.receive("xhr-polling");
  await microtasks();
  assertEquals(next.notes, ['frame c[1002,"Connection interrupted"]']);
});

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function waitFor(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}
