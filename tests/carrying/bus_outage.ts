/**
 * What has to go on while the bus does not work, and afterwards.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { sessionHash } from "../../src/carrying/claim_value.ts";
import type { HttpSession } from "../support/http_session.ts";
import type { Receiving } from "../support/receiving.ts";
import { xhr, xhrStreaming } from "../support/receiving_transports.ts";
import { until } from "../support/until.ts";
import {
  carriedReceiver,
  countOpened,
  recordOf,
  type SessionProcesses,
} from "./session_processes.ts";

type Sessions = [home: HttpSession, away: HttpSession, third: HttpSession, fourth: HttpSession];

/** A session of each process, at all of them: its own comes first. */
export function sessionOfEach(processes: SessionProcesses, service = "/echo") {
  return processes.servers.map((server, at) => {
    const others = [1, 2, 3].map((next) => processes.servers[(at + next) % 4]!);
    return { server, own: processes.sessions(service, server, ...others) as Sessions };
  });
}

/** Messages of a stream up to one. */
export async function messagesUntil(stream: Receiving, last: string): Promise<string[]> {
  const messages: string[] = [];
  while (messages.at(-1) !== last) messages.push(...JSON.parse((await stream.frame()).slice(1)));
  return messages;
}

/** Has the bus fail: what is at home goes on, and the rest when it is back. */
export async function checkOutage(
  processes: SessionProcesses,
  begin: () => Promise<void>,
  end: () => Promise<void>,
): Promise<void> {
  const sessions = await Promise.all(
    sessionOfEach(processes).map(async ({ server, own }) => {
      const stream = await own[0].open(xhrStreaming);
      await own[1].send("before");
      assertEquals(await stream.frame(), `a["before"]`);
      return { server, own, stream, socket: await server.websocketSession("/echo") };
    }),
  );
  await begin();
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
  await end();
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
    assertEquals(await countOpened(processes.servers, own[0].id), 1);
    // A process may need a moment until it hears others again.
    await until(async () => {
      const { status, body } = await server.post(`${server.xhr("/echo").base}/xhr`);
      assertEquals([200, 503].includes(status), true, `${status}`);
      return body === "o\n";
    });
  }));
}

/**
 * Has something happen to the bus while clients send and receive. They notice nothing, and processes
 * that have never asked for their sessions find them afterwards, and open no others.
 */
export async function checkUnnoticed(
  processes: SessionProcesses,
  happen: () => Promise<void>,
): Promise<void> {
  const sessions = await Promise.all(
    sessionOfEach(processes).map(async ({ own }) => {
      assertEquals(await (await own[0].ask(xhr)).only(), "o");
      return { own, stream: await carriedReceiver(own[1], xhrStreaming) };
    }),
  );
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
    await happen();
    for (const { own } of sessions) await own[3].send("fourth");
  } finally {
    isOver = true;
  }
  await traffic;
  for (const { own: [{ id }] } of sessions) {
    assertEquals(await countOpened(processes.servers, id), 1);
    // Nobody has to ask for it any more.
    const key = `sj:one:s:${sessionHash("/echo", id)}`;
    await until(async () => await processes.bus.find(key) !== undefined);
  }
}
