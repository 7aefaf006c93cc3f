/** Section 6: messages over websockets, with SockJS frames and raw. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { opcodes } from "../../support/raw_websocket.ts";

const { text, binary, continuation, ping } = opcodes;

const broken = ["x", "[", `["x"`, "{}", "1", "null", "[1]", "[[]]", "true"];

for (const wrong of broken) {
  fact("6", `websocket: ${wrong} is broken framing`, async (server) => {
    const id = server.newId();
    const socket = await server.websocketSession("/echo", id);
    await socket.sendText(wrong);
    // A SockJS frame would come before the close.
    assertEquals(await socket.closed(), {
      code: 3000,
      reason: "Broken framing.",
    });
    const [close, ...others] = await server.closed(id);
    assertEquals([close?.code, others], [3000, []]);
  });
}

fact(
  "6",
  "websocket: no message is delivered after broken framing",
  async (server) => {
    const id = server.newId();
    const socket = await server.websocketSession("/echo", id);
    await socket.sendText("x", `"y"`, "z");
    assertEquals((await socket.closed()).code, 3000);
    assertEquals((await server.closed(id)).length, 1);
  },
);

for (const path of ["/echo/000/ID/websocket", "/echo/websocket?id=ID"]) {
  fact("6", `a binary message is not for ${path}`, async (server) => {
    const id = server.newId();
    const socket = await server.websocket(path.replace("ID", id));
    if (!path.includes("?")) assertEquals(await socket.message(), "o");
    await socket.send({ opcode: binary, payload: `"x"` });
    assertEquals((await socket.closed()).code, 1003);
    const [close, ...others] = await server.closed(id);
    assertEquals([close?.code, others], [1003, []]);
  });

  fact("6", `fragments are one message at ${path}`, async (server) => {
    const raw = path.includes("?");
    const socket = await server.websocket(path.replace("ID", server.newId()));
    if (!raw) assertEquals(await socket.message(), "o");
    await socket.send(
      { opcode: text, payload: `"x`, fin: false },
      { opcode: continuation, payload: "y", fin: false },
      { opcode: ping, payload: "between" },
      { opcode: continuation, payload: `z"` },
    );
    assertEquals(await socket.next(), { type: "pong", text: "between" });
    assertEquals(await socket.message(), raw ? `"xyz"` : `a["xyz"]`);
  });
}

const rawMessages: Record<string, string> = {
  "a word": "x",
  "an empty message": "",
  "JSON": `["x","y"]`,
  "broken JSON": `["x`,
  "frames": `a["x"]`,
  "characters": "\u00e9\u{1f600}\u2028\u0000\ufeff\ufffd",
  "a long message": "\u00e9".repeat(70_000),
};

for (const [name, message] of Object.entries(rawMessages)) {
  fact("6", `raw websocket: ${name} comes back as it is`, async (server) => {
    const socket = await server.websocket("/echo/websocket");
    await socket.sendText(message, "after it");
    assertEquals(await socket.message(), message);
    assertEquals(await socket.message(), "after it");
  });
}

fact("6", "raw websocket: the first frame is a message", async (server) => {
  const id = server.newId();
  const socket = await server.websocket(`/welcome/websocket?id=${id}`);
  assertEquals(await socket.message(), "welcome");
  assertEquals(await server.opened(id), [
    { service: "/welcome", protocol: "websocket-raw" },
  ]);
});

fact(
  "6",
  "raw websocket: each message is a frame of its own",
  async (server) => {
    const socket = await server.websocket("/command/websocket");
    await socket.sendText(JSON.stringify({ write: ["x", "y", ""], close: [] }));
    for (const message of ["x", "y", ""]) {
      assertEquals(await socket.message(), message);
    }
    assertEquals(await socket.closed(), {
      code: 1000,
      reason: "Normal closure",
    });
  },
);
