/** Websocket pings: a client that replies stays connected, one that does not is disconnected. */

import { assert, assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import type { RawWebSocket } from "../../support/raw_websocket.ts";
import type { TestServer } from "../../support/test_server.ts";

const framed = "/pinged/000/ID/websocket";
const raw = "/pinged/websocket?id=ID";

/** The next text that is no heartbeat, and how many heartbeats came before. */
async function nextText(socket: RawWebSocket): Promise<[text: string, heartbeats: number]> {
  for (let heartbeats = 0;; heartbeats++) {
    const text = await socket.message();
    if (text !== "h") return [text, heartbeats];
  }
}

/** More of the services' delays than a peer has to answer. */
const longEnough = 8;

async function sendLate(server: TestServer, socket: RawWebSocket): Promise<void> {
  await server.disconnectDelays(longEnough);
  await socket.sendText(`"x"`);
}

for (const path of [framed, raw]) {
  fact("5", `who answers pings stays connected at ${path}`, async (server) => {
    const socket = await server.websocket(path.replace("ID", server.newId()));
    if (path === framed) assertEquals(await socket.message(), "o");
    const [[text, heartbeats]] = await Promise.all([nextText(socket), sendLate(server, socket)]);
    assertEquals(text, path === framed ? `a["x"]` : `"x"`);
    assert(socket.pings > 0);
    assertEquals(heartbeats > 0, path === framed);
  }, { waits: true });

  fact("5", `who answers no ping is gone with 1006 at ${path}`, async (server) => {
    const id = server.newId();
    const socket = await server.websocket(path.replace("ID", id));
    socket.answersPings = false;
    const [close] = await server.closed(id);
    assertEquals([close?.code, close?.wasClean], [1006, false]);
    socket.abort();
  }, { waits: true });

  fact("5", `who answers no ping and talks is alive at ${path}`, async (server) => {
    const socket = await server.websocket(path.replace("ID", server.newId()));
    socket.answersPings = false;
    if (path === framed) assertEquals(await socket.message(), "o");
    let over = false;
    const end = server.disconnectDelays(longEnough).then(() => over = true);
    while (!over) {
      await socket.sendText(`"x"`);
      assertEquals((await nextText(socket))[0], path === framed ? `a["x"]` : `"x"`);
    }
    await end;
    assert(socket.pings > 0);
  }, {
    waits: true,
    skip: { deno: "pings only those who say nothing" },
  });
}

fact("5", "without heartbeatFrames a websocket has pings alone", async (server) => {
  const socket = await server.websocketSession("/pinged_only");
  const [next] = await Promise.all([nextText(socket), sendLate(server, socket)]);
  assertEquals(next, [`a["x"]`, 0]);
  assert(socket.pings > 0);
}, { waits: true });

fact("5", "without heartbeatFrames a poll has its heartbeat all the same", async (server) => {
  const session = await server.xhr("/pinged_only").open();
  assertEquals(await session.poll(), "h\n");
}, { waits: true });
