/**
 * Processes that share sessions, some of which are killed.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { HttpSession } from "../support/http_session.ts";
import {
  jsonp,
  type ReceivingTransport,
  xhr,
  xhrStreaming,
} from "../support/receiving_transports.ts";
import type { TestServer } from "../support/test_server.ts";
import { until } from "../support/until.ts";
import { carriedReceiver, countOpened, recordOf, SessionProcesses } from "./session_processes.ts";

const interrupted = `c[1002,"Connection interrupted"]`;
const processes = await SessionProcesses.start({ peerTimeout: 2000, answerTimeout: 1000 });

/** Opens a session at one server, and attaches a receiver at another one. */
async function carried(
  transport: ReceivingTransport,
  owner: TestServer,
  carrier: TestServer,
  ...others: TestServer[]
) {
  const sessions = processes.sessions("/echo", owner, carrier, ...others);
  const [home, away] = sessions as [HttpSession, HttpSession];
  assertEquals(await (await home.ask(xhr)).only(), "o");
  await away.send("first");
  assertEquals(await (await away.ask(xhr)).only(), `a["first"]`);
  const receiving = await carriedReceiver(away, transport);
  return { id: home.id, sessions, receiving };
}

/** Asks until a new session opens: the frames of all that were answered before. */
async function untilOpen(session: HttpSession, server: TestServer): Promise<string[]> {
  const frames: string[] = [];
  await until(async () => {
    const { status, body } = await server.post(`${session.base}/xhr`);
    if (status === 200 && body !== "o\n") frames.push(body.trimEnd());
    assertEquals([200, 503].includes(status), true, body);
    return body === "o\n";
  });
  return frames;
}

/** Sends until there is no session. What is sent before has to have another status. */
async function untilNotFound(
  next: () => readonly [session: HttpSession, message: string],
  before: number,
): Promise<string[]> {
  const sent: string[] = [];
  await until(async () => {
    const [session, message] = next();
    const { status, body } = await session.sendRaw(JSON.stringify([message]));
    if (status === 404) return true;
    assertEquals(status, before, body);
    sent.push(message);
    return false;
  });
  return sent;
}

processes.each(
  "if the owner is killed, its clients are told once",
  async (owner, carrier, others) => {
    const survivors = [carrier, ...others] as const;
    const streaming = await carried(xhrStreaming, owner, ...survivors);
    const polling = await carried(jsonp, owner, ...survivors);
    const between = await carried(xhr, owner, ...survivors);
    await between.sessions[0]!.send("answer");
    assertEquals(await between.receiving.only(), `a["answer"]`);
    const [unseen] = processes.sessions("/echo", owner) as [HttpSession];
    assertEquals(await (await unseen.ask(xhr)).only(), "o");

    await processes.kill(owner);
    assertEquals(await streaming.receiving.frame(), interrupted);
    assertEquals(await streaming.receiving.next(), undefined);
    assertEquals(await polling.receiving.frame(), interrupted);
    // A second server knows the session from the registry alone.
    for (const at of [1, 2]) await untilNotFound(() => [between.sessions[at]!, "late"], 503);
    const ids = [streaming.id, polling.id, between.id, unseen.id];
    for (const id of ids) assertEquals(await countOpened(survivors, id), 0);

    // Whoever has not been told is told.
    assertEquals(await untilOpen(streaming.sessions[1]!, carrier), []);
    assertEquals(await untilOpen(polling.sessions[1]!, carrier), []);
    assertEquals(await untilOpen(unseen, survivors[2]!), [interrupted]);
    assertEquals(await countOpened(survivors, unseen.id), 1);
  },
);

processes.each(
  "if a carrier is killed, the owner ends what it carried",
  async (owner, first, others) => {
    let carrier = first;
    for (const transport of [xhrStreaming, xhr]) {
      const { id, sessions } = await carried(transport, owner, carrier, ...others);
      const [home, , other] = sessions as [HttpSession, HttpSession, HttpSession];
      await processes.kill(carrier);
      let sent = 0;
      const accepted = await untilNotFound(
        () => [sent % 2 === 0 ? home : other, `${++sent}`],
        204,
      );
      const { closed, messages } = await recordOf(owner, id);
      assertEquals(closed, [{ code: 1002, reason: "Connection interrupted" }]);
      assertEquals(messages, ["first", ...accepted]);
      assertEquals(await untilOpen(other, others[0]!), [interrupted]);
      carrier = await processes.restart(carrier);
    }
  },
);

Deno.test.afterAll(() => processes[Symbol.asyncDispose]());
