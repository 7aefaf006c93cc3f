/**
 * Processes that share sessions, and another process that knows the secret of their bus, and sends
 * what makes no sense, without end, or in another version.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type Holder, holderOf, readHolder, sessionHash } from "../../src/carrying/claim_value.ts";
import { encodePacket } from "../../src/carrying/packets.ts";
import type { HttpSession } from "../support/http_session.ts";
import { forgetPeak, memoryOf, reportsMemory } from "../support/memory.ts";
import { xhr, xhrStreaming } from "../support/receiving_transports.ts";
import type { TestServer } from "../support/test_server.ts";
import { until } from "../support/until.ts";
import { carriedReceiver, countOpened, recordOf, SessionProcesses } from "./session_processes.ts";

const lines = {
  packet: /^A packet on the bus was not understood, and dropped$/,
  claim: /^A claim on the bus was not understood: requests for its session get 503$/,
  version: /^A server of another version of this package shares sessions on the bus\./,
  // The process that floods has the registry.
  busy: /^Cannot .* the bus: Error: The registry of the bus does not answer/,
  many: /^More than 1000 servers share sessions on the bus$/,
};
const processes = await SessionProcesses.start(
  { answerTimeout: 2000 },
  {},
  Object.values(lines),
);
const { bus } = processes;
const all = processes.servers;
/** Bytes that a process may need more. */
const allowed = 150e6;

/** Its requests are answered late rather than never. */
const patient = "/patient";

function keyOf(id: string, service = "/echo"): string {
  return `sj:one:s:${sessionHash(service, id)}`;
}

/** A session with a carried stream, and who has it. */
async function carried(owner: TestServer, carrier: TestServer, others: TestServer[]) {
  const sessions = processes.sessions(patient, owner, carrier, ...others) as HttpSession[];
  const [home, away] = sessions as [HttpSession, HttpSession];
  assertEquals(await (await home.ask(xhr)).only(), "o");
  const stream = await carriedReceiver(away, xhrStreaming);
  const holder = readHolder(await bus.find(keyOf(home.id, patient)) ?? "")!;
  let sent = 0;
  const echo = async () => {
    for (const session of sessions) {
      const text = `${++sent}`;
      await session.send(text);
      assertEquals(await stream.frame(), `a["${text}"]`);
    }
  };
  await echo();
  return { id: home.id, holder, echo };
}

/** Publishes to a server; waits for it now and then, as the bus drops what is too much for a process. */
async function flood(
  { server }: Holder,
  target: TestServer,
  count: number,
  payload: (at: number) => string,
): Promise<void> {
  for (let at = 0; at < count; at++) {
    await bus.publish(`sj:one:p:${server}`, payload(at));
    if (at % 500 === 499) await target.roundTrip();
  }
}

/** What a process printed of a kind. */
function countLines({ stderr }: TestServer, line: RegExp): number {
  return stderr.split("\n").filter((each) => line.test(each)).length;
}

/** Runs what may not take much memory in a process. */
async function bounded(server: TestServer, run: () => Promise<void>): Promise<void> {
  if (!reportsMemory) return await run();
  const before = await memoryOf(server.pid, "now");
  await forgetPeak(server.pid);
  await run();
  const more = await memoryOf(server.pid, "peak") - before;
  assert(more < allowed, `${more / 1e6} MB more are in memory`);
}

const incarnation = (at: number) => at.toString(16).padStart(32, "0");
/** A packet as any server may begin with it. */
function packetOf(from: string, texts: string[], isPart = false, first = 1, generation = 1) {
  const pieces = texts.map((text) => ({ text, isPart }));
  const head = { from, generation, peerGeneration: 0, first, ack: 0, wantsAnswer: true };
  return encodePacket({ ...head, pieces });
}

const nothing = `["none",1,"x"]\n`;
const deep = "[".repeat(100_000);

processes.each("garbage on the bus is dropped, and told once", async (owner, carrier, others) => {
  const { holder, echo } = await carried(owner, carrier, others);
  const garbage = [
    ...["", "x", "\0", "\0\n\0", "[", "[]", "[]\n", "{}\n", "null\n", deep, `${deep}\n`],
    ...["[1,1]\n", '[1,1,"zz",1,0,1,0,0]\n', `[1,1,"ab",1,0,1,0,0,5]\n`, "x".repeat(1e6)],
    `[1,1,"ab",1e99,0,1,0,0]\n`,
    `[1,1,"ab",1,0,1,0,0${",0".repeat(5000)}]\n`,
  ];
  await flood(
    holder,
    owner,
    100,
    (at) => garbage[at % garbage.length]!.slice(0, at < 40 ? 1e7 : 1e4),
  );
  const messages = [
    ...["", "x", "\0", "[]\n", "{}\n", "[1,2]\n", '["send"]\n', '["send",1e99]\n', deep],
    ...['["send",1]\n[]', '["receive",2]\n', '["receive",3,"h",1,null,{}]\n', '["frame",4]\nx'],
    ...['["taken",5,-1]\n', '["ended",6]\n', '["leave",7]\n', '["__proto__",8]\n', "\n\n"],
    `["send",9,${JSON.stringify(holder.value)},${holder.number},null]\n["x"]`,
    `["receive",10,"${sessionHash("/echo", "x")}",1,null,{"protocol":"xhr-polling","url":5}]\n`,
  ];
  await flood(holder, owner, 100, (at) => packetOf("ab", messages, at % 7 === 0, 1 + at * 20));
  for (const payload of [...garbage, ...messages]) await bus.publish("sj:one:o", payload);
  await echo();
  assertEquals(countLines(owner, lines.packet), 1);
});

processes.each("claims that make no sense are a 503", async (owner, carrier, others) => {
  const { echo } = await carried(owner, carrier, others);
  const values = ["", "x", "\0", "null", "[]", deep, `[1,1,"x",1,false]`, "x".repeat(1e5)];
  for (const value of values) {
    const { base, id } = owner.xhr("/echo");
    await bus.claim(keyOf(id), value, 60_000);
    for (const server of [owner, carrier]) {
      assertEquals((await server.post(`${base}/xhr`)).status, 503);
      assertEquals((await server.post(`${base}/xhr_send`, `["x"]`)).status, 503);
    }
    await bus.release(keyOf(id), value);
    assertEquals((await owner.post(`${base}/xhr`)).body, "o\n");
  }
  await echo();
  assertEquals(countLines(owner, lines.claim), 1);
});

processes.each("floods leave sessions alone, and take little memory", async (...servers) => {
  const [owner, carrier, others] = servers;
  const { holder, echo, id } = await carried(owner, carrier, others);
  const hash = sessionHash(patient, id);
  await bounded(owner, async () => {
    // New senders, each with an exchange and with a message that does not end.
    await flood(
      holder,
      owner,
      20_000,
      (at) => packetOf(incarnation(at), [nothing, `["send",1]\n`]),
    );
    const part = "x".repeat(1e6);
    await flood(holder, owner, 20, (at) => packetOf(incarnation(at), [part], true));
    await echo();
    // One sender, whose exchanges are without end, and that reads no answer.
    const sends = Array.from({ length: 1000 }, (_, at) => `["send",${at},"h",1,null]\n[]`);
    await flood(holder, owner, 50, (at) => packetOf("cd", sends, false, 1 + at * 1000));
    // Sends for a session that is there, and numbers far ahead.
    const known = `["send",1,"${hash}",${holder.number},null]\n[]`;
    await flood(holder, owner, 1000, (at) => packetOf(incarnation(at), [known]));
    await flood(holder, owner, 1000, (at) => packetOf("ef", [known], false, 2 ** 50 + at));
    await echo();
    for (let at = 0; at < 1000; at++) {
      await bus.publish("sj:one:o", JSON.stringify(["who", hash, `${at}`]));
      await bus.publish("sj:one:o", JSON.stringify(["here", `${at}`, holder.value]));
    }
    await echo();
  });
  assertEquals((await recordOf(owner, id)).closed, []);
  assert(countLines(owner, lines.many) <= 1);
});

processes.each("who claims to be another server cuts off none for ever", async (...servers) => {
  const [owner, carrier, others] = servers;
  const { holder } = await carried(owner, carrier, others);
  const other = await carried(carrier, owner, others);
  for (const generation of [2 ** 20, 2 ** 52, Number.MAX_SAFE_INTEGER]) {
    const { server } = other.holder;
    await flood(holder, owner, 1, () => packetOf(server, ["x"], false, 2 ** 40, generation));
  }
  // Whatever became of the exchanges between these two.
  await until(async () => {
    const [home, away] = processes.sessions(patient, owner, carrier) as [HttpSession, HttpSession];
    assertEquals(await (await home.ask(xhr)).only(), "o");
    return (await away.sendRaw("[]")).status === 204;
  });
  await (await carried(owner, carrier, others)).echo();
  await (await carried(carrier, owner, others)).echo();
});

processes.each("a server of another version is told, and harms no other", async (...servers) => {
  const [owner, carrier, others] = servers;
  await processes.trouble({ versions: [2, 2] }, owner);
  const own = processes.sessions("/echo", owner) as [HttpSession];
  assertEquals(await (await own[0].ask(xhr)).only(), "o");
  const { echo } = await carried(carrier, others[0]!, [others[1]!]);
  const theirs = processes.sessions("/echo", carrier) as [HttpSession];
  assertEquals(await (await theirs[0].ask(xhr)).only(), "o");
  // What a newer server sends is dropped, though it may look like ours.
  const { id } = theirs[0];
  const holder = readHolder(await bus.find(keyOf(id)) ?? "")!;
  const send = `["send",1,"${sessionHash("/echo", id)}",${holder.number},null,0]\n["newer"]`;
  await flood(holder, carrier, 1, () => packetOf("ab", [send]).replace("[1,1,", "[2,2,"));
  for (let round = 0; round < 3; round++) {
    await own[0].send(`${round}`);
    assertEquals(await (await own[0].ask(xhr)).only(), `a["${round}"]`);
    const refused = [[carrier, own[0]], [others[0]!, own[0]], [owner, theirs[0]]] as const;
    for (const [server, { base }] of refused) {
      assertEquals((await server.post(`${base}/xhr_send`, `["x"]`)).status, 503);
      assertEquals((await server.post(`${base}/xhr`)).status, 503);
    }
    await echo();
  }
  assertEquals(await countOpened(all, own[0].id), 1);
  assertEquals((await recordOf(carrier, id)).messages, []);
  // Two services have met the other version, and each tells it once.
  for (const server of [owner, carrier]) {
    assert([1, 2].includes(countLines(server, lines.version)), server.stderr);
  }
});

processes.each("a server of more versions is spoken with", async (owner, carrier, others) => {
  await processes.trouble({ versions: [1, 2] }, owner);
  await (await carried(owner, carrier, others)).echo();
  await (await carried(carrier, owner, others)).echo();
});

processes.test("a server that is claimed but not there is told in time", async () => {
  await Promise.all(all.map(async (server) => {
    const { base, id } = server.xhr("/echo");
    await bus.claim(keyOf(id), holderOf("f".repeat(32), 1, false).value, 60_000);
    assertEquals((await server.post(`${base}/xhr_send`, `["x"]`)).status, 503);
    let body = "";
    // Each try may take its time, so that `until` would not end.
    let tries = 0;
    await until(async () => {
      assert(++tries < 30, "the server is not taken for gone");
      return ({ body } = await server.post(`${base}/xhr`)).status === 200;
    });
    assertEquals(body, `c[1002,"Connection interrupted"]\n`);
    assertEquals((await server.post(`${base}/xhr`)).body, "o\n");
  }));
});

Deno.test.afterAll(() => processes[Symbol.asyncDispose]());
