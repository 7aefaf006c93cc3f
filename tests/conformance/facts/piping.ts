/** Section 5: connections in pipes whose promises no code awaits. */

import { assertEquals } from "@std/assert";
import { attack } from "../../support/attack.ts";
import { failures, oddities } from "../piping.ts";
import { RawWebSocket } from "../../support/raw_websocket.ts";
import type { TestServer } from "../../support/test_server.ts";

/** A websocket whose server segment says how it is piped. */
async function open(server: TestServer, service: string, way: number, id: string) {
  const path = `${service}/${way}/${id}/websocket`;
  const socket: RawWebSocket = await server.websocket(path);
  assertEquals(await socket.message(), "o");
  return socket;
}

attack("5", "a pipe through Web streams ends well, however its client leaves", async (server) => {
  for (const leave of ["closes", "vanishes", "polls no more"]) {
    const id = server.newId();
    if (leave === "polls no more") {
      const session = await server.xhr("/web_streams", id).open();
      await session.send("x");
      assertEquals(await session.poll(), `a["X"]\n`);
    } else {
      const socket = await open(server, "/web_streams", 0, id);
      await socket.sendText(`["x"]`);
      assertEquals(await socket.message(), `a["X"]`);
      if (leave === "vanishes") socket.abort();
      else {
        await socket.sendClose(1000);
        await socket.closed();
      }
    }
    await server.closed(id);
  }
  assertEquals(await server.errors("/web_streams", 0), []);
});

for (const [way, name] of Object.keys(failures).entries()) {
  attack("5", `where ${name}, that connection alone ends with 1011`, async (server) => {
    const before = (await server.errors("/failing_pipes", 0)).length;
    const id = server.newId();
    const socket = await open(server, "/failing_pipes", way, id);
    await socket.sendText(`["x","y"]`);
    assertEquals((await server.closed(id)).map(({ code }) => code), [1011]);
    socket.abort();
    const errors = await server.errors("/failing_pipes", before + 1);
    assertEquals([...new Set(errors.slice(before))], ["the destination failed"]);
  });
}

for (const [way, name] of Object.keys(oddities).entries()) {
  attack(
    "5",
    `where ${name}, no other connection ends when the client disconnects`,
    async (server) => {
      for (const leave of ["closes", "vanishes"]) {
        const id = server.newId();
        const socket = await open(server, "/odd_pipes", way, id);
        await socket.sendText(`["x","y"]`);
        await server.roundTrip();
        if (leave === "closes") await socket.sendClose(1000);
        else socket.abort();
        await server.roundTrip();
        socket.abort();
        await server.closed(id);
        await server.roundTrip();
      }
      const errors = await server.errors("/odd_pipes", 0);
      // Of a stream that another connection has ended.
      assertEquals(errors.filter((error) => error !== "write after end"), []);
    },
  );
}
