/**
 * Sessions and processes that end while other processes carry requests to them.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { HttpSession } from "../support/http_session.ts";
import { jsonp, xhr, xhrStreaming } from "../support/receiving_transports.ts";
import { until } from "../support/until.ts";
import { carriedReceiver, countOpened, recordOf, SessionProcesses } from "./session_processes.ts";

const told = `c[3000,"As told"]`;
const goingAway = `c[1001,"Server is shutting down"]`;
const processes = await SessionProcesses.start();

for (const transport of [xhr, jsonp, xhrStreaming]) {
  processes.each(
    `a session that ends ends its ${transport.name} elsewhere`,
    async (owner, carrier, others) => {
      const [home, away, other] = processes.sessions("/echo", owner, carrier, ...others) as [
        HttpSession,
        HttpSession,
        HttpSession,
      ];
      assertEquals(await (await home.ask(xhr)).only(), "o");
      const receiving = await carriedReceiver(away, transport);
      await other.send("close");
      assertEquals(await receiving.only(), told);
      assertEquals((await recordOf(owner, home.id)).closed, [{ code: 3000, reason: "As told" }]);
      assertEquals(await (await other.ask(xhr)).only(), told);
    },
  );
}

processes.each("an id whose session has ended is claimed anew", async (owner, carrier, others) => {
  const all = [owner, carrier, ...others];
  const sessions = processes.sessions("/echo", ...all) as [HttpSession, HttpSession, HttpSession];
  let [home, away, other] = sessions;
  assertEquals(await (await home.ask(xhr)).only(), "o");
  for (let round = 1; round <= 6; round++) {
    // Each of these remembers the owner.
    for (const session of sessions) await session.send();
    const stream = await carriedReceiver(away, xhrStreaming);
    stream.abort();
    await until(async () => (await other.sendRaw("[]")).status === 404);
    assertEquals(await (await other.ask(xhr)).only(), `c[1002,"Connection interrupted"]`);
    for (const session of sessions) assertEquals((await session.sendRaw("[]")).status, 404);
    // The former owner is another process, and what was remembered of it is wrong.
    assertEquals(await (await away.ask(xhr)).only(), "o");
    assertEquals(await countOpened(all, home.id), round + 1);
    await Promise.all(sessions.map((session, at) => session.send(`${at}`)));
    let frame = "";
    for (let at = 0; at < sessions.length;) {
      frame = await (await other.ask(xhr)).only();
      at += JSON.parse(frame.slice(1)).length;
    }
    [home, away, other] = [away, other, home];
  }
});

processes.each("a poll for the former owner finds the new one", async (owner, carrier, others) => {
  const sessions = processes.sessions("/echo", owner, carrier, ...others);
  const [home, away, other] = sessions as [HttpSession, HttpSession, HttpSession];
  const stream = await home.attached(xhrStreaming);
  await other.send("remembered");
  assertEquals(await stream.frame(), `a["remembered"]`);
  stream.abort();
  await until(async () => (await home.sendRaw("[]")).status === 404);
  assertEquals(await (await home.ask(xhr)).only(), `c[1002,"Connection interrupted"]`);
  assertEquals(await (await away.ask(xhr)).only(), "o");
  const poll = await other.ask(xhr);
  await away.send("found");
  assertEquals(await poll.only(), `a["found"]`);
});

processes.each("sends while a session ends are accepted or not found", async (...servers) => {
  const [owner, carrier, others] = servers;
  const all = [owner, carrier, ...others];
  for (let round = 0; round < 5; round++) {
    const sessions = processes.sessions("/echo", ...all) as [HttpSession, HttpSession];
    const [home, away] = sessions;
    assertEquals(await (await home.ask(xhr)).only(), "o");
    const accepted: string[] = [];
    const send = async (session: HttpSession, name: string) => {
      for (let sent = 0;; sent++) {
        const { status, body } = await session.sendRaw(`["${name} ${sent}"]`);
        // A session that has a close frame for its client takes messages without their effect.
        if (status === 204) accepted.push(`${name} ${sent}`);
        else return assertEquals(status, 404, body);
        if (sent === 5 && name === "2") await away.send("close");
        if (sent > 10) return;
      }
    };
    await Promise.all(sessions.map((session, at) => send(session, `${at}`)));
    const frames = [];
    do frames.push(await (await away.ask(xhr)).only()); while (frames.at(-1) !== told);
    const { messages } = await recordOf(owner, home.id);
    assertEquals(new Set(messages).size, messages.length);
    for (const name of ["0", "1", "2", "3"]) {
      const own = messages.filter((message) => message.startsWith(`${name} `));
      const sent = accepted.filter((message) => message.startsWith(`${name} `));
      assertEquals(own, sent.slice(0, own.length));
    }
    assertEquals(await countOpened(all, home.id), 1);
  }
});

processes.each("a carrier that closes lets sessions go on", async (owner, carrier, others) => {
  const carried = async (transport: typeof xhr) => {
    const sessions = processes.sessions("/echo", owner, carrier, ...others);
    const [home, away, other] = sessions as [HttpSession, HttpSession, HttpSession];
    assertEquals(await (await home.ask(xhr)).only(), "o");
    return { id: home.id, other, receiving: await carriedReceiver(away, transport) };
  };
  const ended = [await carried(xhr), await carried(jsonp), await carried(xhrStreaming)];
  const own = await processes.sessions("/echo", carrier)[0]!.attached(xhrStreaming);
  assertEquals((await carrier.get("/close")).status, 200);
  for (const { id, receiving, other } of ended) {
    const frame = await receiving.next();
    // A stream ends with a last frame or without one.
    assert(frame === "h" || (receiving.transport === xhrStreaming && frame === undefined), frame);
    assertEquals(await receiving.next(), undefined);
    const poll = await other.ask(xhr);
    await other.send("on");
    assertEquals(await poll.only(), `a["on"]`);
    assertEquals((await recordOf(owner, id)).closed, []);
  }
  assertEquals(await own.frame(), goingAway);
  await until(async () => (await carrier.get("/closed")).body === "true");
  await processes.restart(carrier);
});

processes.each("an owner that closes tells clients elsewhere", async (owner, carrier, others) => {
  const ended = [];
  for (const transport of [xhr, jsonp, xhrStreaming]) {
    const sessions = processes.sessions("/echo", owner, carrier, ...others);
    const [home, away, other] = sessions as [HttpSession, HttpSession, HttpSession];
    assertEquals(await (await home.ask(xhr)).only(), "o");
    ended.push({ id: home.id, other, receiving: await carriedReceiver(away, transport) });
  }
  assertEquals((await owner.get("/close")).status, 200);
  for (const { id, receiving } of ended) {
    assertEquals(await receiving.only(), goingAway);
    assertEquals((await recordOf(owner, id)).closed.map(({ code }) => code), [1001]);
    assertEquals(await countOpened([carrier, ...others], id), 0);
  }
  await until(async () => (await owner.get("/closed")).body === "true");
  for (const { other } of ended) assertEquals(await (await other.ask(xhr)).only(), "o");
  await processes.restart(owner);
});

Deno.test.afterAll(() => processes[Symbol.asyncDispose]());
