/** Section 5: receiving requests that are interrupted, and sessions without a receiver. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";

const interrupted = `c[1002,"Connection interrupted"]\n`;

fact("5", "a broken poll ends the session at once", async (server) => {
  const session = await server.xhr("/echo").open();
  const waiting = await session.pending();
  waiting.connection.close();
  assertEquals(await server.closed(session.id), [
    { code: 1002, reason: "Connection interrupted", wasClean: false },
  ]);
  assertEquals((await session.sendRaw(`["x"]`)).status, 404);
  assertEquals(await session.poll(), interrupted);
  assertEquals((await session.sendRaw(`["x"]`)).status, 404);
  // Reported once; then the id is free.
  await session.open();
  await session.send("y");
  assertEquals(await session.poll(), `a["y"]\n`);
  assertEquals((await server.opened(session.id)).length, 2);
  assertEquals((await server.closed(session.id)).length, 1);
});

fact(
  "5",
  "a poll right after an aborted one is not a second receiver",
  async (server) => {
    for (let count = 0; count < 25; count++) {
      const session = await server.xhr("/echo").open();
      const waiting = await session.pending();
      waiting.connection.close();
      assertEquals(await session.poll(), interrupted);
    }
  },
);

fact("5", "an interruption is forgotten in the end", async (server) => {
  const session = await server.xhr("/fleeting").open();
  const waiting = await session.pending();
  waiting.connection.close();
  await server.closed(session.id);
  await server.disconnectDelays(2);
  await session.open();
}, { waits: true });

fact("5", "a session without receivers ends with 1006", async (server) => {
  const session = await server.xhr("/fleeting").open();
  const [close, ...others] = await server.closed(session.id);
  assertEquals([close?.code, close?.wasClean, others], [1006, false, []]);
  assertEquals((await session.sendRaw(`["x"]`)).status, 404);
  await session.open();
}, { waits: true });

fact("5", "a session outlives a long wait for its server", async (server) => {
  const session = await server.xhr("/fleeting").open();
  const waiting = await session.pending();
  await server.disconnectDelays(2);
  await session.send("x");
  assertEquals(await waiting.frame(), `a["x"]\n`);
  assertEquals((await server.opened(session.id)).length, 1);
  assertEquals(await server.closed(session.id, 0), []);
}, { waits: true });

fact("5", "a poll ends with a heartbeat, and so does the next one", async (server) => {
  const session = await server.xhr("/heartbeat").open();
  assertEquals(await session.poll(), "h\n");
  assertEquals(await session.poll(), "h\n");
  await session.send("x");
  assertEquals(await session.poll(), `a["x"]\n`);
});

fact("5", "a websocket gets heartbeats, a raw one does not", async (server) => {
  const raw = await server.websocket("/heartbeat/websocket");
  const socket = await server.websocketSession("/heartbeat");
  for (let count = 0; count < 3; count++) {
    assertEquals(await socket.message(), "h");
  }
  await raw.sendText("x");
  assertEquals(await raw.message(), "x");
}, { waits: true });

fact("5", "a broken websocket closes with 1006", async (server) => {
  const id = server.newId();
  const socket = await server.websocketSession("/echo", id);
  socket.abort();
  const [close, ...others] = await server.closed(id);
  assertEquals([close?.code, close?.wasClean, others], [1006, false, []]);
});

for (const path of ["/echo/000/ID/websocket", "/echo/websocket?id=ID"]) {
  fact("5", `the client's own close emits close at ${path}`, async (server) => {
    for (
      const [code, reason, reported] of [
        [1000, "", 1000],
        [1000, "bye", 1000],
        [1001, "", 1001],
        [3999, "caf\u00e9", 3999],
        [4999, "", 4999],
        [undefined, "", 1005],
      ] as const
    ) {
      const id = server.newId();
      const socket = await server.websocket(path.replace("ID", id));
      if (!path.includes("?")) assertEquals(await socket.message(), "o");
      await socket.sendClose(code, reason);
      await socket.closed();
      const [close, ...others] = await server.closed(id);
      assertEquals([close?.code, close?.reason, others], [reported, reason, []]);
    }
  });
}
