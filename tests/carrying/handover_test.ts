/**
 * Receiving requests of one session, at one process after another or at several at once.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { HttpSession } from "../support/http_session.ts";
import { eventsource, xhr, xhrStreaming } from "../support/receiving_transports.ts";
import { until } from "../support/until.ts";
import { carriedReceiver, countOpened, recordOf, SessionProcesses } from "./session_processes.ts";

const another = `c[2010,"Another connection still open"]`;
const interrupted = `c[1002,"Connection interrupted"]`;
const processes = await SessionProcesses.start();

processes.each(
  "a stream ends at its limit, and the next one is at another process",
  async (owner, ...carriers) => {
    const all = [owner, carriers[0], ...carriers[1]];
    const sessions = processes.sessions("/short", ...all);
    const [home] = sessions as [HttpSession];
    let stream = await home.open(xhrStreaming);
    const long = "x".repeat(5000);
    for (let round = 1; round <= 20; round++) {
      const next = sessions[round % sessions.length]!;
      const sender = sessions[(round * 3) % sessions.length]!;
      await sender.send(long, `${round}`);
      const frames: string[] = [];
      // Asks before the end of the old response is seen.
      frames.push(await stream.frame());
      const asked = await next.ask(xhrStreaming);
      for (let frame; (frame = await stream.next()) !== undefined;) frames.push(frame);
      stream = asked;
      if (frames.length === 1 && frames[0] === `a["${long}"]`) {
        assertEquals(await stream.frame(), `a["${round}"]`);
      } else assertEquals(frames, [`a["${long}","${round}"]`]);
    }
    stream.abort();
    assertEquals(await countOpened(all, home.id), 1);
  },
);

processes.each("polls go from process to process", async (owner, carrier, others) => {
  const sessions = processes.sessions("/echo", owner, carrier, ...others);
  const [home] = sessions as [HttpSession];
  assertEquals(await (await home.ask(xhr)).only(), "o");
  for (let round = 0; round < 20; round++) {
    const at = (number: number) => sessions[number % sessions.length]!;
    const poll = await at(round).ask(xhr);
    await at(round * 3 + 1).send(`${round}`);
    assertEquals(await poll.frame(), `a["${round}"]`);
    poll.abort();
  }
});

processes.each("a client that aborts and polls elsewhere is told once", async (...servers) => {
  const [owner, carrier, others] = servers;
  for (const transport of [xhr, xhrStreaming]) {
    const all = [owner, carrier, ...others];
    const sessions = processes.sessions("/echo", ...all);
    const [home, away, other] = sessions as [HttpSession, HttpSession, HttpSession];
    assertEquals(await (await home.ask(xhr)).only(), "o");
    (await carriedReceiver(away, transport)).abort();
    // The end of a connection and the next request may come in either order.
    const frames: string[] = [];
    for (let frame = ""; frame !== "o";) {
      frames.push(frame = await (await other.ask(xhr)).frame());
      assert(frames.length < 100, "the owner does not learn of the abort");
    }
    const told = frames.filter((frame) => frame !== another);
    assertEquals(told, [interrupted, "o"]);
    assertEquals((await recordOf(owner, home.id)).closed.map(({ code }) => code), [1002]);
    assertEquals(await countOpened(all, home.id), 2);
  }
});

processes.each("a request that is aborted at once leaves nothing behind", async (...servers) => {
  const [owner, carrier, others] = servers;
  const [home, away, other] = processes.sessions("/echo", owner, carrier, ...others) as [
    HttpSession,
    HttpSession,
    HttpSession,
  ];
  assertEquals(await (await home.ask(xhr)).only(), "o");
  (await away.ask(xhrStreaming)).abort();
  await carrier.roundTrip();
  // It was not seen, or it has interrupted the session.
  await until(async () => {
    const { status } = await other.sendRaw(`["on"]`);
    const frame = await (await other.ask(xhr)).frame();
    assertEquals([204, 404].includes(status), true, `${status}`);
    return frame === "o" || frame === `a["on"]`;
  });
});

for (const transport of [xhr, xhrStreaming, eventsource]) {
  const { name } = transport;
  processes.each(`while the first ${name} is elsewhere, a second one here gets 2010`, async (
    owner,
    carrier,
    others,
  ) => {
    const [home, away, other] = processes.sessions("/echo", owner, carrier, ...others) as [
      HttpSession,
      HttpSession,
      HttpSession,
    ];
    assertEquals(await (await home.ask(xhr)).only(), "o");
    const first = await carriedReceiver(away, transport);
    for (const second of [home, other, away]) {
      await refused(second);
    }
    await other.send("still here");
    assertEquals(await first.frame(), `a["still here"]`);
    first.abort();
  });

  processes.each(`while the first ${name} is here, a second one elsewhere gets 2010`, async (
    owner,
    carrier,
    others,
  ) => {
    const [home, away, other] = processes.sessions("/echo", owner, carrier, ...others) as [
      HttpSession,
      HttpSession,
      HttpSession,
    ];
    const first = await home.attached(transport);
    for (const second of [away, other]) await refused(second);
    await other.send("still here");
    assertEquals(await first.frame(), `a["still here"]`);
    first.abort();
  });
}

async function refused(session: HttpSession): Promise<void> {
  assertEquals(await (await session.ask(xhr)).only(), another);
}

Deno.test.afterAll(() => processes[Symbol.asyncDispose]());
