/** Close frames from clients, with any code and with data behind them. */

import { assert, assertEquals } from "@std/assert";
import { concatenate } from "../../support/bytes.ts";
import { attack } from "../../support/attack.ts";
import { closePayload, oddFrame, textFrame } from "../../support/frame_bytes.ts";

const paths = ["/echo/000/ID/websocket", "/echo/websocket?id=ID"];

const sendable = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013];
for (let code = 3000; code < 5000; code += 333) sendable.push(code);
sendable.push(4999);

const unsendable = [0, 1, 255, 256, 998, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2999];
for (let code = 1333; code < 3000; code += 333) unsendable.push(code);
unsendable.push(5000, 5001, 32768, 65535);

for (const path of paths) {
  attack("6", `a valid close code is reported unchanged, at ${path}`, async (server) => {
    for (const code of sendable) {
      const id = server.newId();
      const socket = await server.websocket(path.replace("ID", id));
      if (!path.includes("?")) assertEquals(await socket.message(), "o");
      await socket.sendClose(code, "bye");
      await socket.closed();
      assertEquals(await server.closed(id), [{ code, reason: "bye", wasClean: true }]);
    }
  });

  attack("6", `an invalid close code is reported as 1006, at ${path}`, async (server) => {
    for (const code of unsendable) {
      const id = server.newId();
      const socket = await server.websocket(path.replace("ID", id));
      if (!path.includes("?")) assertEquals(await socket.message(), "o");
      await socket.sendClose(code, "bye");
      const event = await socket.next();
      assert(event.type === "close", `${code}: ${JSON.stringify(event)}`);
      const closes = (await server.closed(id)).map(({ code, wasClean }) => [code, wasClean]);
      assertEquals(closes, [[1006, false]], `${code}`);
    }
  });

  attack("6", `no message is delivered after a close at ${path}`, async (server) => {
    const id = server.newId();
    const socket = await server.websocket(path.replace("ID", id));
    if (!path.includes("?")) assertEquals(await socket.message(), "o");
    const close = oddFrame({ first: 0x88, payload: closePayload(3000) });
    await socket.sendGarbage(concatenate([close, textFrame(`"after"`), close, textFrame("x")]));
    // An echo would come before the response, or after it.
    assertEquals(await socket.closed(), { code: 3000, reason: "" });
    const codes = (await server.closed(id)).map(({ code }) => code);
    assertEquals(codes, [3000]);
  });
}

attack("6", "the close of a websocket with a protocol error is not clean", async (server) => {
  for (const [text, code] of [["x", 3000], ["x".repeat(1024 * 1024 + 1), 1009]] as const) {
    const id = server.newId();
    const socket = await server.websocketSession("/echo", id);
    await socket.sendText(text);
    assertEquals((await socket.closed()).code, code);
    const closes = (await server.closed(id)).map(({ code, wasClean }) => [code, wasClean]);
    assertEquals(closes, [[code, false]]);
  }
});
