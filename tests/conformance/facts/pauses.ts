/** The effect of `connection.pause()` on senders. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import type { RawWebSocket } from "../../support/raw_websocket.ts";
import type { TestServer } from "../../support/test_server.ts";

/** Has all paused connections go on. */
async function resumeAll(server: TestServer): Promise<void> {
  await (await server.xhr("/pausing").open()).send("resume");
}

const buffered = "x".repeat(60_000);

fact(
  "6",
  "while a connection is paused, a send gets its response if little is buffered",
  async (server) => {
    const session = await server.xhr("/pausing").open();
    await session.send("pause");
    await session.send(buffered);
    await resumeAll(server);
    assertEquals(await session.poll(), `a["60000"]\n`);
  },
);

fact(
  "6",
  "while a connection is paused, a send gets no response if much is buffered",
  async (server) => {
    for (const count of [1, 2]) {
      const session = await server.xhr("/pausing").open();
      await session.send("pause");
      await session.send(buffered);
      let answered = 0;
      const sends = Array.from(
        { length: count },
        () => session.send(buffered).then(() => answered++),
      );
      for (let trips = 0; trips < 5; trips++) await server.roundTrip();
      assertEquals(answered, 0);
      await resumeAll(server);
      await Promise.all(sends);
      const echoes = Array.from({ length: count + 1 }, () => `"60000"`);
      assertEquals(await session.poll(), `a[${echoes}]\n`);
    }
  },
);

fact("6", "a send gets its response when its paused session ends", async (server) => {
  const session = await server.xhr("/pausing").open();
  await session.send("pause");
  await session.send(buffered);
  // There is no poll, so the session ends after the disconnect delay.
  await session.send(buffered);
  assertEquals((await server.closed(session.id)).map(({ code }) => code), [1006]);
}, { waits: true });

/** 20 MB, which is far more than systems keep. */
async function flood(socket: RawWebSocket): Promise<void> {
  const text = JSON.stringify("x".repeat(200_000));
  for (let count = 0; count < 100; count++) await socket.sendText(text);
}

fact(
  "6",
  "a paused websocket takes no more than its buffers, and loses nothing",
  async (server) => {
    const socket = await server.websocketSession("/pausing");
    await socket.sendText(`"pause"`);
    const sending = flood(socket);
    await server.disconnectDelays(2);
    await resumeAll(server);
    for (let echoes = 0; echoes < 100;) {
      const text = await socket.message();
      if (text !== "h") echoes += JSON.parse(text.slice(1)).length;
    }
    await sending;
  },
  {
    skip: {
      deno: "has no way to pause a websocket",
      "bun-node": "its ws has no way to pause a websocket",
    },
  },
);

for (const path of ["/pausing/000/ID/websocket", "/pausing/websocket?id=ID"]) {
  fact("6", `where a websocket cannot be paused, it ends with 1008 at ${path}`, async (server) => {
    const id = server.newId();
    const socket = await server.websocket(path.replace("ID", id));
    await socket.sendText(path.includes("?") ? "pause" : `"pause"`);
    // Who is closed is not always read from any more.
    const sending = flood(socket).catch(() => {});
    assertEquals((await server.closed(id)).map(({ code }) => code), [1008]);
    socket.abort();
    await sending;
  }, {
    skip: {
      bun: "it can be paused",
      node: "it can be paused",
      "deno-node": "it can be paused",
    },
  });
}
