/**
 * Processes that share sessions over a bus that goes wrong: its registry is slow or loses all claims,
 * it does not answer, it loses and reorders messages, or a process does not hear it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { sessionHash } from "../../src/carrying/claim_value.ts";
import type { HttpSession } from "../support/http_session.ts";
import type { Receiving } from "../support/receiving.ts";
import { xhr, xhrStreaming } from "../support/receiving_transports.ts";
import type { TestServer } from "../support/test_server.ts";
import { until } from "../support/until.ts";
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

/** Messages of a stream up to one. */
async function messagesUntil(stream: Receiving, last: string): Promise<string[]> {
  const messages: string[] = [];
  while (messages.at(-1) !== last) messages.push(...JSON.parse((await stream.frame()).slice(1)));
  return messages;
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
  processes.test(`if the bus ${down}, what is at home goes on, and the rest when it is back`, async () => {
    const all = processes.servers;
    const sessions = await Promise.all(all.map(async (server, at) => {
      const own = newSession(server, all[(at + 1) % 4]!, [all[(at + 2) % 4]!, all[(at + 3) % 4]!]);
      const stream = await own[0].open(xhrStreaming);
      await own[1].send("before");
      assertEquals(await stream.frame(), `a["before"]`);
      return { server, own, stream, socket: await server.websocketSession("/echo") };
    }));
    await processes.trouble({ down }, ...all);
    await Promise.all(sessions.map(async ({ server, own: [home, away, third], stream, socket }) => {
      const sent = third.sendRaw(`["refused"]`);
      await home.send("home");
      assertEquals(await stream.frame(), `a["home"]`);
      await socket.sendText(`"socket"`);
      assertEquals(await socket.message(), `a["socket"]`);
      const fresh = server.xhr("/echo");
      assertEquals((await server.post(`${fresh.base}/xhr`)).status, 503);
      assertEquals((await server.post(`${fresh.base}/xhr_send`, `["x"]`)).status, 503);
      assertEquals([(await away.sendRaw(`["refused"]`)).status, (await sent).status], [503, 503]);
      await server.websocketSession("/echo");
    }));
    await processes.trouble({}, ...all);
    await Promise.all(sessions.map(async ({ server, own, stream, socket }) => {
      for (const session of own.slice(1)) {
        await until(async () => {
          const { status } = await session.sendRaw(`["after"]`);
          assertEquals([204, 503].includes(status), true, `${status}`);
          return status === 204;
        });
      }
      await own[0].send("last");
      const got = (await messagesUntil(stream, "last")).filter((text) => text !== "refused");
      assertEquals(got, ["after", "after", "after", "last"]);
      await socket.sendText(`"again"`);
      assertEquals(await socket.message(), `a["again"]`);
      assertEquals((await recordOf(server, own[0].id)).closed, []);
      assertEquals(await countOpened(all, own[0].id), 1);
      await server.xhr("/echo").open();
    }));
  });
}

for (const how of ["its member ends", "its file is deleted"] as const) {
  processes.test(`sessions survive the loss of the registry, when ${how}`, async () => {
    const all = processes.servers;
    const sessions = await Promise.all(all.map(async (server, at) => {
      const own = newSession(server, all[(at + 1) % 4]!, [all[(at + 2) % 4]!, all[(at + 3) % 4]!]);
      assertEquals(await (await own[0].ask(xhr)).only(), "o");
      return { own, stream: await carriedReceiver(own[1], xhrStreaming) };
    }));
    let isOver = false;
    const traffic = Promise.all(sessions.map(async ({ own, stream }) => {
      const sent: string[] = [];
      for (let at = 0; !isOver; at++) {
        await own[at % 3]!.send(`${at}`);
        sent.push(`${at}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await own[0].send("last");
      const got = await messagesUntil(stream, "last");
      assertEquals(got.filter((text) => text !== "fourth"), [...sent, "last"]);
    }));
    // If it fails, that is told below.
    traffic.catch(() => {});
    try {
      if (how === "its member ends") await processes.emptyRegistry();
      else await processes.deleteRegistry();
      // Processes that have never asked for these sessions find them, and open no others.
      for (const { own } of sessions) await own[3].send("fourth");
    } finally {
      isOver = true;
    }
    await traffic;
    for (const { own: [{ id }] } of sessions) {
      assertEquals(await countOpened(all, id), 1);
      // Nobody has to ask for it any more.
      const key = `sj:one:s:${sessionHash("/echo", id)}`;
      await until(async () => await processes.bus.find(key) !== undefined);
    }
  });
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
