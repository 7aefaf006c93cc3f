/** Section 6: payloads of very many messages. */

import { assert, assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { pathOf, waysToRead } from "../reading.ts";

const count = 120_000;
const list = Array.from({ length: count }, () => "");

for (const way of waysToRead) {
  const path = pathOf(way);
  const notes = ["list", "after", "end", "close"].map((what) => `${what} after ${count}`);
  const beginsLate = way === "late listener" || way === "pause";

  fact("6", `${count} messages in one frame come before what follows: ${way}`, async (server) => {
    const id = server.newId();
    const socket = await server.websocketSession(path, id);
    await socket.sendText(JSON.stringify([...list, "list"]));
    if (beginsLate) {
      await server.roundTrip();
      await server.xhr(path, `go-${server.newId()}`).open();
    }
    await socket.sendText(JSON.stringify("after"));
    await socket.sendClose(1000);
    await socket.closed();
    assertEquals(await server.notes(id, 4), notes);
  });

  fact("6", `${count} messages in one send come before what follows: ${way}`, async (server) => {
    const session = await server.xhr(path).open();
    const sending = session.send(...list, "list");
    if (beginsLate) {
      await server.roundTrip();
      await server.xhr(path, `go-${server.newId()}`).open();
    }
    await sending;
    await session.send("after");
    assertEquals(await server.notes(session.id, 4), notes);
  });
}

for (const way of ["listener", "loop", "readable stream", "pipe"] as const) {
  fact("6", `${count} messages of one client leave others their turn: ${way}`, async (server) => {
    const path = pathOf(way);
    const id = server.newId();
    const socket = await server.websocketSession(path, id);
    await socket.sendText(JSON.stringify(["timer", ...list, "list"]));
    assertEquals(await server.notes(id, 2), ["timer", `list after ${count}`]);
    socket.abort();
  });
}

fact("6", "a session that ends in the middle of many messages delivers no more", async (server) => {
  const session = await server.xhr("/command").open();
  const close = JSON.stringify({ close: [3000, "enough"] });
  const write = JSON.stringify({ write: ["x"] });
  const many = Array.from({ length: 2500 }, () => write);
  many.splice(1500, 0, close);
  await session.send(...many);
  const frames: string[] = [];
  do frames.push(await session.poll()); while (!frames.at(-1)!.startsWith("c"));
  assertEquals(frames.at(-1), `c[3000,"enough"]\n`);
  const got = frames.slice(0, -1).flatMap((frame) => JSON.parse(frame.slice(1)));
  assertEquals(got.length, 1500);
  assert(got.every((text) => text === "x"));
});
