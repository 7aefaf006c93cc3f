/** Clients that do not read what the server sends. */

import { assert, assertEquals } from "@std/assert";
import { concatenate } from "../../support/bytes.ts";
import type { RawWebSocket } from "../../support/raw_websocket.ts";
import type { TestServer } from "../../support/test_server.ts";
import { attack } from "../../support/attack.ts";
import { textFrame } from "../../support/frame_bytes.ts";

/** Leaves 15 MB to be read, which is more than systems keep: the rest waits at the server. */
async function stuff(socket: RawWebSocket): Promise<void> {
  const message = textFrame(JSON.stringify("x".repeat(200_000)));
  for (let count = 0; count < 75; count++) await socket.sendGarbage(message);
}

/** The codes with which a session ends whose client does nothing but send. */
async function endOf(
  server: TestServer,
  id: string,
  socket: RawWebSocket,
  send: () => Promise<void>,
): Promise<number[]> {
  // Who is closed is not always read from any more: this may wait for ever.
  const sending = send().catch(() => {});
  const ends = await server.closed(id);
  socket.abort();
  await sending;
  return ends.map(({ code }) => code);
}

attack("7", "a client that reads nothing is closed with 1008", async (server) => {
  for (const raw of [false, true]) {
    const id = server.newId();
    const path = raw ? `/fleeting/websocket?id=${id}` : `/fleeting/000/${id}/websocket`;
    const socket = await server.websocket(path);
    const end = await endOf(server, id, socket, async () => {
      await stuff(socket);
      await stuff(socket);
    });
    assertEquals(end, [1008]);
  }
});

attack(
  "7",
  "a client that reads none of a million empty messages is closed with 1008",
  async (server) => {
    const id = server.newId();
    const socket = await server.websocket(`/fleeting/websocket?id=${id}`);
    await stuff(socket);
    const many = concatenate(Array.from({ length: 10_000 }, () => textFrame("")));
    const end = await endOf(server, id, socket, async () => {
      for (let count = 0; count < 100; count++) await socket.sendGarbage(many);
    });
    assertEquals(end, [1008]);
  },
);

for (const path of ["/plenty/000/ID/websocket", "/plenty/websocket"]) {
  attack("5", `30 megabytes written at once arrive completely at ${path}`, async (server) => {
    const raw = path === "/plenty/websocket";
    const socket = await server.websocket(path.replace("ID", server.newId()));
    if (!raw) assertEquals(await socket.message(), "o");
    const count = 30;
    await socket.sendText(raw ? `${count}` : `"${count}"`);
    let received = 0;
    while (received < count) {
      const event = await socket.next();
      // Too much may wait, by whatever measure; then that is said.
      if (event.type === "close") return assertEquals(event.code, 1008);
      assert(event.type === "text");
      if (!raw && event.text === `c[1008,"Slow consumer"]`) continue;
      const messages: string[] = raw ? [event.text] : JSON.parse(event.text.slice(1));
      for (const message of messages) assertEquals(parseInt(message), received++);
    }
  });
}
