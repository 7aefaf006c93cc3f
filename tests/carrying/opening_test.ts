/**
 * New sessions of one id, requested at several processes at once.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { HttpSession } from "../support/http_session.ts";
import { type ReceivingTransport, xhr, xhrStreaming } from "../support/receiving_transports.ts";
import type { TestServer } from "../support/test_server.ts";
import { countOpened, SessionProcesses } from "./session_processes.ts";

const another = `c[2010,"Another connection still open"]`;
const processes = await SessionProcesses.start();

/** Requests that are sent at once. The frames that they get, after a message to the session. */
async function askAll(
  sessions: readonly HttpSession[],
  transport: ReceivingTransport,
): Promise<string[]> {
  const asked = await Promise.all(sessions.map((session) => session.ask(transport)));
  const first = Promise.all(asked.map((each) => each.frame()));
  // A poll that came second waits for a message.
  const [session] = sessions;
  let isOver = false;
  const ended = first.finally(() => isOver = true);
  while (!isOver) {
    // Before the session is open, there is none.
    const { status } = await session!.sendRaw(`["hello"]`);
    assertEquals(status === 204 || status === 404, true, `${status}`);
    await Promise.race([first, new Promise((resolve) => setTimeout(resolve, 100))]);
  }
  return await ended;
}

async function opensOnce(
  servers: readonly TestServer[],
  transport: ReceivingTransport,
): Promise<void> {
  for (let round = 0; round < 5; round++) {
    const sessions = processes.sessions("/echo", ...servers);
    const frames = await askAll(sessions, transport);
    assertEquals(frames.filter((frame) => frame === "o").length, 1, frames.join(" "));
    for (const frame of frames) {
      const isServed = transport === xhr && /^a\["hello"/.test(frame);
      assertEquals(isServed || frame === "o" || frame === another, true, frame);
    }
    assertEquals(await countOpened(processes.servers, sessions[0]!.id), 1);
  }
}

for (const transport of [xhr, xhrStreaming]) {
  const { name } = transport;
  processes.test(`a new id at all processes at once opens one session, by ${name}`, async () => {
    await opensOnce(processes.servers, transport);
  });

  processes.each(
    `a new id several times at one process opens one session, by ${name}`,
    (owner) => opensOnce([owner, owner, owner], transport),
  );

  processes.each(
    `a new id at two servers of one process opens one session, by ${name}`,
    async (owner) => {
      await opensOnce([owner, await processes.twinOf(owner)], transport);
    },
  );
}

Deno.test.afterAll(() => processes[Symbol.asyncDispose]());
