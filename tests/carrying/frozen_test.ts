/**
 * Processes that share sessions, some of which stand still for a while.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { HttpSession } from "../support/http_session.ts";
import { xhr, xhrStreaming } from "../support/receiving_transports.ts";
import type { TestServer } from "../support/test_server.ts";
import { until } from "../support/until.ts";
import { carriedReceiver, countOpened, recordOf, SessionProcesses } from "./session_processes.ts";

const interrupted = `c[1002,"Connection interrupted"]`;
const processes = await SessionProcesses.start(
  { peerTimeout: 2500, answerTimeout: 1000 },
  { peerTimeout: 3000 },
  // A process that has stood still checks its claims, while the bus may have given it up.
  [/^Cannot renew claims at the bus: Error: /],
);
/** Milliseconds, in which links and those of the bus break. */
const long = 4500;

/** A session with a carried stream. */
async function streaming(owner: TestServer, carrier: TestServer, other: TestServer) {
  const sessions = processes.sessions("/echo", owner, carrier, other);
  const [home, away, third] = sessions as [HttpSession, HttpSession, HttpSession];
  assertEquals(await (await home.ask(xhr)).only(), "o");
  const stream = await carriedReceiver(away, xhrStreaming);
  return { id: home.id, home, away, third, stream };
}

/** Sends numbers for as long as a process is frozen: those that were accepted. */
async function whileFrozen(frozen: TestServer, ms: number, session: HttpSession) {
  let isFrozen = true;
  const thawed = processes.freeze(frozen, ms).finally(() => isFrozen = false);
  const sent: string[] = [];
  const accepted: string[] = [];
  const statuses = new Set<number>();
  while (isFrozen) {
    const message = `${sent.length}`;
    sent.push(message);
    const { status } = await session.sendRaw(JSON.stringify([message]));
    statuses.add(status);
    if (status === 204) accepted.push(message);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await thawed;
  return { sent, accepted, statuses };
}

/** Messages are in the order in which they were sent, none twice, and what was accepted is there. */
function assertDelivered(messages: string[], sent: readonly string[], accepted: readonly string[]) {
  assertEquals(messages, sent.filter((message) => messages.includes(message)));
  assertEquals(accepted.filter((message) => !messages.includes(message)), []);
}

/** The messages of a stream up to one. */
async function messagesUntil(
  { frame }: { frame(): Promise<string> },
  last: string,
): Promise<string[]> {
  const messages: string[] = [];
  while (messages.at(-1) !== last) messages.push(...JSON.parse((await frame()).slice(1)));
  return messages;
}

processes.each("an owner that stands still for a moment", async (owner, carrier, [other]) => {
  const { id, third, stream } = await streaming(owner, carrier, other!);
  const { sent, accepted } = await whileFrozen(owner, 800, third);
  await until(async () => (await third.sendRaw(`["last"]`)).status === 204);
  const got = await messagesUntil({ frame: () => stream.frame() }, "last");
  assertEquals(got.pop(), "last");
  assertDelivered(got, sent, accepted);
  const { messages, closed } = await recordOf(owner, id);
  assertEquals(messages.filter((message) => message !== "last"), got);
  assertEquals(closed, []);
  stream.abort();
});

processes.each("a carrier that stands still for a moment", async (owner, carrier, [other]) => {
  const { id, third, stream } = await streaming(owner, carrier, other!);
  const { sent, accepted } = await whileFrozen(carrier, 1000, third);
  // Nobody but the carrier notices.
  assertEquals(accepted, sent);
  await third.send("last");
  const got = await messagesUntil({ frame: () => stream.frame() }, "last");
  assertEquals(got, [...sent, "last"]);
  assertEquals((await recordOf(owner, id)).closed, []);
  stream.abort();
});

processes.each("processes that stand still for long", async (frozen, second, [third, last]) => {
  // It has one session, and carries another one.
  const owned = await streaming(frozen, second, third!);
  const carried = await streaming(second, frozen, last!);
  // Another one of its sessions is opened anew elsewhere meanwhile.
  const successor = await streaming(frozen, second, third!);
  const [from, to] = await Promise.all([
    whileFrozen(frozen, long, owned.third),
    (async () => {
      const accepted: string[] = [];
      for (let sent = 0;; sent++) {
        const { status } = await carried.third.sendRaw(`["${sent}"]`);
        if (status === 404) return accepted;
        assertEquals(status, 204);
        accepted.push(`${sent}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })(),
    (async () => {
      assertEquals(await owned.stream.frame(), interrupted);
      assertEquals(await owned.stream.next(), undefined);
    })(),
    (async () => {
      assertEquals(await successor.stream.frame(), interrupted);
      await until(async () => await (await successor.third.ask(xhr)).only() === "o");
      // What comes to it then, and waits there, is not for its own session.
      const { status } = await successor.home.sendRaw(`["later"]`);
      assert([204, 503].includes(status), `${status}`);
    })(),
  ]);
  assertEquals((await recordOf(frozen, successor.id)).messages, []);

  // Its own session is over on both sides.
  assertEquals([...from.statuses].filter((status) => ![503, 404].includes(status)), []);
  assert(from.statuses.has(404));
  await until(async () => (await recordOf(frozen, owned.id)).closed.length > 0);
  const { closed, messages } = await recordOf(frozen, owned.id);
  assertEquals(closed.map(({ code }) => code), [1002]);
  // What was refused was not delivered later.
  assertEquals(messages, []);

  // So is the one that it carried: its client is told, or loses its connection.
  const got: string[] = [];
  for (let frame; (frame = await carried.stream.next()) !== undefined;) got.push(frame);
  assertEquals(got.pop(), interrupted);
  const record = await recordOf(second, carried.id);
  assertEquals(record.closed.map(({ code }) => code), [1002]);
  assertEquals(record.messages, to);
  assertDelivered(got.flatMap((frame) => JSON.parse(frame.slice(1))), to, []);

  // And all go on together.
  for (const { home, away, third, id } of [owned, carried]) {
    const frames: string[] = [];
    for (let frame = ""; frame !== "o";) frames.push(frame = await (await third.ask(xhr)).frame());
    assertEquals(frames.filter((frame) => frame !== "o" && frame !== interrupted), []);
    for (const session of [home, away, third]) {
      if ((await session.sendRaw(`["on"]`)).status === 204) continue;
      // The process that had the former session tells of its end once more.
      assertEquals(await (await session.ask(xhr)).only(), interrupted);
      await session.send("on");
    }
    assertEquals(await countOpened(processes.servers, id), 2);
  }
});

Deno.test.afterAll(() => processes[Symbol.asyncDispose]());
