/**
 * Processes that share sessions over Redis and NATS, which are slow, restarted with their data or
 * without, gone for a while, or cut off subscribers. With Redis, each runtime has another client; see
 * `openEngineBus`.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { Engine, engineNames, hasEngine, RedisEngine } from "../support/engine.ts";
import { xhr, xhrStreaming } from "../support/receiving_transports.ts";
import { until } from "../support/until.ts";
import { checkOutage, checkUnnoticed, sessionOfEach } from "./bus_outage.ts";
import { carriedReceiver, countOpened, recordOf, SessionProcesses } from "./session_processes.ts";

const interrupted = `c[1002,"Connection interrupted"]`;
const [answerTimeout, peerTimeout] = [1500, 3000];

for (const name of engineNames.filter(hasEngine)) {
  const engine = await Engine.start(name);
  const processes = await SessionProcesses.start(
    { answerTimeout, peerTimeout },
    { timeout: 2000 },
    [/^Cannot .* the bus: /, /^This server does not hear itself on the bus, /],
    engine,
  );
  Deno.test.afterAll(() => processes[Symbol.asyncDispose]());

  const happenings: Record<string, () => Promise<void>> = {
    "is slow": () => engine.freeze(answerTimeout / 2),
    "is restarted with its data": () => restart(engine, true),
    "is restarted empty": () => restart(engine, false),
  };
  if (engine instanceof RedisEngine) {
    Object.assign(happenings, {
      "is paused": () => engine.command(`CLIENT PAUSE ${answerTimeout / 2}`),
      "cuts off subscribers": () => engine.command("CLIENT KILL TYPE pubsub"),
    });
  }
  for (const [what, happen] of Object.entries(happenings)) {
    processes.test(
      `nobody notices that ${name} ${what}`,
      () => checkUnnoticed(processes, happen),
    );
  }

  processes.test(`while ${name} is away, what is at home goes on, and the rest when it is back`, () =>
    checkOutage(processes, () => engine.kill(true), () => engine.start()));

  processes.test(`clients are told of ${name} when it does not answer for too long`, async () => {
    const polled = sessionOfEach(processes);
    const streaming = await Promise.all(
      sessionOfEach(processes).map(async (each) => {
        assertEquals(await (await each.own[0].ask(xhr)).only(), "o");
        await each.own[2].send("before");
        const stream = await carriedReceiver(each.own[1], xhrStreaming);
        assertEquals(await stream.frame(), `a["before"]`);
        return { ...each, stream };
      }),
    );
    for (const { own: [home, , third] } of polled) {
      assertEquals(await (await home.ask(xhr)).only(), "o");
      await third.send("before");
    }
    engine.signal("SIGSTOP");
    try {
      await Promise.all(polled.map(async ({ own }) => {
        assertEquals((await own[2].sendRaw(`["unknown"]`)).status, 503);
      }));
      for (const { stream } of streaming) {
        assertEquals(await stream.frame(), interrupted);
        assertEquals(await stream.next(), undefined);
      }
    } finally {
      engine.signal("SIGCONT");
    }
    await Promise.all(streaming.map(async ({ server, own: [home, , third] }) => {
      await until(async () => (await third.sendRaw(`["late"]`)).status === 404);
      const { closed, messages } = await recordOf(server, home.id);
      assertEquals([closed.map(({ code }) => code), messages], [[1002], ["before"]]);
    }));
    await Promise.all(polled.map(async ({ server, own: [home, away, third] }) => {
      await until(async () => (await third.sendRaw(`["after"]`)).status === 204);
      await until(async () => (await away.sendRaw(`["last"]`)).status === 204);
      const { closed, messages } = await recordOf(server, home.id);
      // What was refused may have arrived, but not twice, and not late.
      const known = messages.filter((text, at) => text !== "unknown" || at !== 1);
      assertEquals([closed, known], [[], ["before", "after", "last"]]);
      assertEquals(await countOpened(processes.servers, home.id), 1);
    }));
    assert(streaming.length > 0);
  });
}

async function restart(engine: Engine, keeps: boolean): Promise<void> {
  await engine.kill(keeps);
  await engine.start();
}
