/**
 * Processes that share sessions over a bus that goes wrong: its registry is slow or loses all claims,
 * it does not answer, it loses and reorders messages, or a process does not hear it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { HttpSession } from "../support/http_session.ts";
import { xhr, xhrStreaming } from "../support/receiving_transports.ts";
import type { TestServer } from "../support/test_server.ts";
import type { Troubles } from "../support/troubled_bus.ts";
import { until } from "../support/until.ts";
import { checkOutage, checkUnnoticed, messagesUntil } from "./bus_outage.ts";
import { carriedReceiver, countOpened, recordOf, SessionProcesses } from "./session_processes.ts";

const interrupted = `c[1002,"Connection interrupted"]`;
const answerTimeout = 1500;
const processes = await SessionProcesses.start({ answerTimeout, peerTimeout: 3000 }, {}, [
  /^Cannot .* the bus: Error: /,
  /^This server does not hear itself on the bus, and subscribes anew$/,
]);

type Sessions = [home: HttpSession, away: HttpSession, third: HttpSession, fourth: HttpSession];

/** A new session, at all processes. */
function newSession(
  owner: TestServer,
  carrier: TestServer,
  others: TestServer[],
  service = "/echo",
): Sessions {
  return processes.sessions(service, owner, carrier, ...others) as Sessions;
}

/** Sends numbers through one process after the other. */
async function sendNumbers(sessions: readonly HttpSession[], count: number): Promise<string[]> {
  const sent = Array.from({ length: count }, (_, at) => `${at}`);
  for (const [at, text] of sent.entries()) await sessions[at % sessions.length]!.send(text);
  return sent;
}

processes.each("a bus that is slow changes no order", async (owner, carrier, others) => {
  await processes.trouble({ registryDelay: 200, delay: [20, 120] }, ...processes.servers);
  const sessions = newSession(owner, carrier, others);
  // The second waits for the claim, and opens no other session.
  const polls = await Promise.all([sessions[0].ask(xhr), sessions[1].ask(xhr)]);
  const frames = polls.map((poll) => poll.only());
  await Promise.race(frames);
  const sent = sendNumbers(sessions, 8);
  assertEquals((await Promise.all(frames)).filter((frame) => frame === "o").length, 1);
  await sent;
  assertEquals(await countOpened(processes.servers, sessions[0].id), 1);
  const records = await Promise.all(
    processes.servers.map((each) => recordOf(each, sessions[0].id)),
  );
  assertEquals(records.flatMap(({ messages }) => messages), await sent);
});

processes.each("a bus that is too slow is told, and no worse", async (owner, carrier, others) => {
  const [home, away, third] = newSession(owner, carrier, others);
  const [polled, polling] = newSession(owner, carrier, others);
  for (const session of [home, polled]) assertEquals(await (await session.ask(xhr)).only(), "o");
  for (const session of [away, polling]) await session.send("before");
  assertEquals(await (await polling.ask(xhr)).only(), `a["before"]`);
  const slow = 1.5 * answerTimeout;
  await processes.trouble({ delay: [slow, slow] }, owner);
  const [poll, sent] = await Promise.all([
    carrier.post(`${polling.base}/xhr`),
    third.sendRaw(`["unknown"]`),
  ]);
  assertEquals([poll.status, sent.status], [503, 503]);
  await processes.trouble({}, owner);
  // A response that cannot be given ends its session, as at home.
  await until(async () => (await recordOf(owner, polled.id)).closed[0]?.code === 1002);
  await until(async () => (await away.sendRaw(`["after"]`)).status === 204);
  const { messages } = await recordOf(owner, home.id);
  // What was refused may have arrived, but not twice, and not late.
  assertEquals(messages.filter((text) => text !== "unknown"), ["before", "after"]);
  assert(messages.length <= 3 && messages.at(-1) === "after", messages.join());
});

for (const down of ["rejects", "hangs"] as const) {
  processes.test(`if the bus ${down}, what is at home goes on, and the rest when it is back`, () => {
    const trouble = (troubles: Partial<Troubles>) =>
      processes.trouble(troubles, ...processes.servers);
    return checkOutage(processes, () => trouble({ down }), () => trouble({}));
  });
}

for (const how of ["its member ends", "its file is deleted"] as const) {
  processes.test(
    `sessions survive the loss of the registry, when ${how}`,
    () =>
      checkUnnoticed(processes, () => {
        return how === "its member ends" ? processes.emptyRegistry() : processes.deleteRegistry();
      }),
  );
}

for (
  const [name, faults] of [
    ["lost", { drops: 0.15 }],
    ["repeated and reordered", { delay: [0, 30], repeats: 0.4, overtakes: 0.4 }],
    ["lost, repeated and reordered", { delay: [0, 20], drops: 0.1, repeats: 0.2, overtakes: 0.3 }],
  ] as const
) {
  processes.test(`packets between processes are ${name}, and nothing is missed`, async () => {
    const seed = Date.now() % 1e9;
    const all = processes.servers;
    for (const [at, server] of all.entries()) {
      await processes.trouble({ ...faults, seed: seed + at }, server);
    }
    await Promise.all(all.map(async (server, at) => {
      const own = newSession(
        server,
        all[(at + 1) % 4]!,
        [all[(at + 2) % 4]!, all[(at + 3) % 4]!],
        "/patient",
      );
      assertEquals(await (await own[0].ask(xhr)).only(), "o");
      const stream = await own[1].ask(xhrStreaming);
      // The last one has nothing behind it that would show its loss.
      const sent = await sendNumbers(own, 20);
      assertEquals(await messagesUntil(stream, "19"), sent, `seed ${seed}`);
      assertEquals((await recordOf(server, own[0].id)).messages, sent, `seed ${seed}`);
      await own[2].send("close");
      assertEquals(await stream.frame(), `c[3000,"As told"]`);
    }));
  });
}

processes.test("what cannot be repaired is broken at both ends", async () => {
  const all = processes.servers;
  const sessions = await Promise.all(all.map(async (server, at) => {
    const own = newSession(server, all[(at + 1) % 4]!, []);
    assertEquals(await (await own[0].ask(xhr)).only(), "o");
    return { server, own, stream: await carriedReceiver(own[1], xhrStreaming) };
  }));
  await processes.trouble({ drops: 1 }, ...all);
  await Promise.all(sessions.map(async ({ server, own: [home, away], stream }) => {
    assertEquals(await stream.frame(), interrupted);
    assertEquals(await stream.next(), undefined);
    await until(async () => (await recordOf(server, home.id)).closed.length > 0);
    assertEquals((await recordOf(server, home.id)).closed.map(({ code }) => code), [1002]);
    // The client has been told, so that the id is free.
    await until(async () => (await away.sendRaw(`["lost"]`)).status === 404);
  }));
  await processes.trouble({}, ...all);
  for (const { server, own: [home, away] } of sessions) {
    await until(async () => (await away.sendRaw(`["late"]`)).status === 404);
    assertEquals((await recordOf(server, home.id)).messages, []);
  }
});

processes.test("processes that hear nothing find out by themselves", async () => {
  const all = processes.servers;
  const sessions = await Promise.all(all.map(async (server, at) => {
    const own = newSession(server, all[(at + 1) % 4]!, [all[(at + 2) % 4]!]);
    assertEquals(await (await own[0].ask(xhr)).only(), "o");
    await own[1].send("before");
    return { server, own };
  }));
  for (const server of all) assertEquals((await server.get("/deafen")).status, 200);
  await Promise.all(sessions.map(async ({ server, own }) => {
    assertEquals([204, 503].includes((await own[1].sendRaw(`["unknown"]`)).status), true);
    await until(() => server.stderr.includes("does not hear itself"));
    for (const session of own.slice(1)) {
      // Each may take its time, so that `until` would not end.
      let tries = 0;
      await until(async () => {
        assert(++tries < 60, "it stays deaf");
        return (await session.sendRaw(`["after"]`)).status === 204;
      });
    }
    const { messages, closed } = await recordOf(server, own[0].id);
    const known = messages.filter((text) => text !== "unknown" && text !== "after");
    assertEquals([known, closed, messages.at(-1)], [["before"], [], "after"]);
    assertEquals(await countOpened(all, own[0].id), 1);
  }));
});

Deno.test.afterAll(() => processes[Symbol.asyncDispose]());
