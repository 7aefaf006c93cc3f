import { assertEquals, assertRejects } from "@std/assert";
import { holderOf } from "../../../src/carrying/claim_value.ts";
import { Inquiries } from "../../../src/carrying/inquiries.ts";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { MemoryEngine } from "../../support/memory_bus.ts";

/** A server that listens, with the values of its claims. */
async function join(engine: MemoryEngine, server: string, own: Record<string, string> = {}) {
  const bus = engine.open();
  const inquiries = new Inquiries(bus, "o", server, (hash) => {
    const value = own[hash];
    if (value === undefined) return undefined;
    const holder = { ...holderOf(server, 1, false), value };
    return { id: hash, hash, holder, since: performance.now() - 100 };
  }, 3000);
  await bus.subscribe("o", (payload) => inquiries.received(payload));
  return { bus, inquiries };
}

Deno.test("nobody is asked while the registry can be trusted", async () => {
  using time = fakeTime();
  const engine = new MemoryEngine();
  const { inquiries } = await join(engine, "a");
  await join(engine, "b", { h: "value of b" });
  assertEquals(await inquiries.ask("h"), undefined);
  inquiries.unsettle();
  assertEquals(await inquiries.ask("h"), "value of b");
  await pass(time, 5001);
  engine.published.length = 0;
  assertEquals(await inquiries.ask("h"), undefined);
  assertEquals(engine.published, []);
});

Deno.test("if nobody answers, nobody has it", async () => {
  using time = fakeTime();
  const engine = new MemoryEngine();
  const { inquiries } = await join(engine, "a", { h: "its own value" });
  await join(engine, "b", { other: "value of b" });
  inquiries.unsettle();
  await pass(time, 1000);
  let answer: unknown = "none yet";
  inquiries.ask("h").then((value) => answer = value);
  await pass(time, 150);
  assertEquals(answer, "none yet");
  await pass(time, 100);
  assertEquals(answer, undefined);
});

Deno.test("a server that comes back to the bus a moment later is asked again", async () => {
  using time = fakeTime();
  const engine = new MemoryEngine();
  const { inquiries } = await join(engine, "a");
  inquiries.unsettle();
  const answer = inquiries.ask("h");
  await pass(time, 900);
  await join(engine, "b", { h: "value of b" });
  await pass(time, 300);
  assertEquals(await answer, "value of b");
});

Deno.test("several questions of one hash get the same answer", async () => {
  using _time = fakeTime();
  const engine = new MemoryEngine();
  const { inquiries } = await join(engine, "a");
  inquiries.unsettle();
  const answers = [inquiries.ask("h"), inquiries.ask("h")];
  await microtasks();
  inquiries.received(JSON.stringify(["here", "h", "value"]));
  assertEquals(await Promise.all(answers), ["value", "value"]);
});

Deno.test("a server that has a session may ask who else does, at any time, and does not hear itself", async () => {
  using time = fakeTime();
  const engine = new MemoryEngine();
  const { inquiries } = await join(engine, "a", { h: "value of a" });
  const other = await join(engine, "b");
  other.inquiries.unsettle();
  let answer: unknown = "none yet";
  inquiries.askAnyway("h").then((value) => answer = value);
  assertEquals(await other.inquiries.ask("h"), "value of a");
  await microtasks();
  assertEquals(answer, "none yet");
  await pass(time, 200);
  assertEquals(answer, undefined);
  await join(engine, "c", { h: "value of c" });
  assertEquals(await inquiries.askAnyway("h"), "value of c");
});

Deno.test("who has a session says since when, and its answer takes its time", async () => {
  using time = fakeTime();
  const engine = new MemoryEngine();
  const { inquiries } = await join(engine, "a");
  const { bus } = await join(engine, "b", { h: "value of b" });
  await pass(time, 1000);
  assertEquals(await inquiries.since("h", "value of b"), { earliest: 900, latest: 900 });
  const never = { earliest: Infinity, latest: Infinity };
  assertEquals(await inquiries.since("h", "another value"), never);
  bus.error = new Error("It answers nothing");
  const told: unknown[] = [];
  const ask = () => inquiries.since("h", "value").then((since) => told.push(since));
  ask();
  await pass(time, 500);
  inquiries.received(JSON.stringify(["here", "h", "value", 1200]));
  ask();
  await pass(time, 500);
  // An older server does not say it.
  inquiries.received(JSON.stringify(["here", "h", "value"]));
  ask();
  await pass(time, 3000);
  assertEquals(told, [
    { earliest: -200, latest: 300 },
    { earliest: -Infinity, latest: 2000 },
    { earliest: -Infinity, latest: Infinity },
  ]);
});

Deno.test("a question that cannot be asked is an error", async () => {
  using time = fakeTime();
  const { bus, inquiries } = await join(new MemoryEngine(), "a");
  inquiries.unsettle();
  bus.error = new Error("no bus");
  await assertRejects(() => inquiries.ask("h"), Error, "no bus");
  assertEquals(time.next(), false);
});

Deno.test("whatever else comes is ignored", async () => {
  using _time = fakeTime();
  const engine = new MemoryEngine();
  const { inquiries } = await join(engine, "a", { h: "value" });
  const payloads = [
    ...["", "x", "null", "[]", "{}", "[1,2,3]", '["who"]', '["who",1]', '["here","h"]'],
    ...['["here","h",1]', '["else","h","v"]', undefined, 5],
    ...[JSON.stringify(["who", "h", "x".repeat(1024)]), "[".repeat(100_000)],
  ];
  for (const payload of payloads) inquiries.received(payload);
  await microtasks();
  assertEquals(engine.published, []);
});

Deno.test("questions without end get no more answers than the bus takes", async () => {
  using _time = fakeTime();
  const engine = new MemoryEngine();
  const { bus, inquiries } = await join(engine, "a", { h: "value" });
  let answers: (() => void)[] = [];
  let asked = 0;
  bus.publish = () => {
    asked++;
    return new Promise((resolve) => answers.push(() => resolve(1)));
  };
  const flood = () => {
    for (let i = 0; i < 2000; i++) inquiries.received(JSON.stringify(["who", "h", `${i}`]));
  };
  flood();
  assertEquals(asked, 1000);
  for (const answer of answers) answer();
  answers = [];
  await microtasks();
  flood();
  assertEquals(asked, 2000);
});
