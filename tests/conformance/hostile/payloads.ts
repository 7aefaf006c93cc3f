/** Payloads that are not valid messages, in send requests and over websockets. */

import { assertEquals } from "@std/assert";
import { concatenate } from "../../support/bytes.ts";
import { opcodes } from "../../support/raw_websocket.ts";
import { messageFrame } from "../../support/reference_frame.ts";
import { attack } from "../../support/attack.ts";

const bytes = (...parts: (string | number[])[]) =>
  concatenate(
    parts.map((part) =>
      typeof part === "string" ? new TextEncoder().encode(part) : new Uint8Array(part)
    ),
  );

const expected = "Payload expected.";
const broken = "Broken JSON encoding.";

const wrong: Record<string, readonly [body: string | Uint8Array, error: string]> = {
  "an object with a prototype": [`{"__proto__":null}`, expected],
  "an array's double": [`{"length":1,"0":"x","__proto__":[]}`, expected],
  "null": ["null", expected],
  "a number": ["1", expected],
  "an array of a number": ["[1]", expected],
  "an array of an array": ["[[]]", expected],
  "an array that ends badly": [`["a",1]`, expected],
  "an array of null": ["[null]", expected],
  "an array of an object": [`[{"toString":"x"}]`, expected],
  "100,000 open brackets": ["[".repeat(100_000), broken],
  "100,000 nested brackets": ["[".repeat(100_000) + "]".repeat(100_000), expected],
  "100,000 open objects": [`{"a":`.repeat(100_000), broken],
  "a megabyte of open brackets": ["[".repeat(1024 * 1024), broken],
  "a raw NUL in a string": [`["\0"]`, broken],
  "a NUL behind the array": [`["x"]\0`, broken],
  "NUL bytes": ["\0".repeat(1000), broken],
  "two payloads": [`["x"]["y"]`, broken],
};

for (const [name, [body, error]] of Object.entries(wrong)) {
  attack("6", `${name} is refused by both sends and hurts no session`, async (server) => {
    const session = await server.xhr("/echo").open();
    for (const send of ["xhr_send", "jsonp_send"]) {
      const { status, body: text } = await server.post(`${session.base}/${send}`, body);
      assertEquals([status, text], [500, error], send);
    }
    await session.send("still here");
    assertEquals(await session.poll(), `a["still here"]\n`);
  });

  attack("6", `${name} closes a websocket and not another one`, async (server) => {
    const id = server.newId();
    const socket = await server.websocketSession("/echo", id);
    const other = await server.websocketSession("/echo", id);
    await socket.sendText(body, `"after"`);
    assertEquals(await socket.closed(), { code: 3000, reason: "Broken framing." });
    const codes = (await server.closed(id)).map(({ code }) => code);
    assertEquals(codes, [3000]);
    await other.sendText(`"x"`);
    assertEquals(await other.message(), `a["x"]`);
  });
}

const repaired: Record<string, readonly [body: Uint8Array, message: string]> = {
  "a truncated character": [bytes(`["`, [0xe2, 0x82], `"]`), "\ufffd"],
  "lone continuation bytes": [bytes(`["`, [0x80, 0xbf], `"]`), "\ufffd\ufffd"],
  "an overlong NUL": [bytes(`["`, [0xc0, 0x80], `"]`), "\ufffd\ufffd"],
  "an encoded surrogate": [bytes(`["`, [0xed, 0xa0, 0x80], `"]`), "\ufffd\ufffd\ufffd"],
  "a byte order mark": [bytes([0xef, 0xbb, 0xbf], `["x"]`), "x"],
};

for (const [name, [body, message]] of Object.entries(repaired)) {
  attack("6", `${name} in a send is repaired as UTF-8 decoders do`, async (server) => {
    const session = await server.xhr("/echo").open();
    for (const chunked of [false, true]) {
      const size = body.length.toString(16);
      const sent = chunked
        ? concatenate([bytes(`${size}\r\n`), body, bytes("\r\n0\r\n\r\n")])
        : body;
      const headers: Record<string, string> = chunked ? { "Transfer-Encoding": "chunked" } : {};
      assertEquals((await session.sendRaw(sent, headers)).status, 204);
      assertEquals(await session.poll(), `${messageFrame(message)}\n`);
    }
  });
}

attack("6", "a form of a megabyte of empty fields does not delay other clients", async (server) => {
  const session = await server.xhr("/echo").open();
  const { status, body } = await server.post(
    `${session.base}/jsonp_send`,
    "a&".repeat(512 * 1024),
    { "Content-Type": "application/x-www-form-urlencoded" },
  );
  assertEquals([status, body], [500, expected]);
});

attack("6", "300,000 empty messages in one send all come back", async (server) => {
  const body = JSON.stringify(Array.from({ length: 300_000 }, () => ""));
  const session = await server.xhr("/echo").open();
  assertEquals((await session.sendRaw(body)).status, 204);
  assertEquals((await session.poll()).length, body.length + 2);
});

for (const path of ["/echo/000/ID/websocket", "/echo/websocket"]) {
  attack("6", `a binary message in fragments closes ${path} with 1003`, async (server) => {
    const socket = await server.websocket(path.replace("ID", server.newId()));
    if (path !== "/echo/websocket") assertEquals(await socket.message(), "o");
    await socket.send(
      { opcode: opcodes.binary, payload: `"x`, fin: false },
      { opcode: opcodes.ping, payload: "between" },
      { opcode: opcodes.continuation, payload: `"` },
    );
    assertEquals(await socket.next(), { type: "pong", text: "between" });
    assertEquals((await socket.closed()).code, 1003);
  });
}
