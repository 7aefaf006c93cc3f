/** Bodies and messages above one megabyte, and bodies with a wrong length or encoding. */

import { assert, assertEquals } from "@std/assert";
import { concatenate } from "../../support/bytes.ts";
import type { HttpConnection } from "../../support/raw_http.ts";
import { opcodes } from "../../support/raw_websocket.ts";
import { messageFrame } from "../../support/reference_frame.ts";
import type { TestServer } from "../../support/test_server.ts";
import { attack } from "../../support/attack.ts";
import { responseTo } from "../../support/first_answer.ts";

const limit = 1024 * 1024;
const sends = ["xhr_send", "jsonp_send"];

/** JSON of one message, of so many bytes. */
const payload = (length: number) => `["${"x".repeat(length - 4)}"]`;

/** A body in chunks of 64 KiB. */
function inChunks(body: string): string {
  const chunks: string[] = [];
  for (let at = 0; at < body.length; at += 65536) {
    const chunk = body.slice(at, at + 65536);
    chunks.push(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
  }
  return `${chunks.join("")}0\r\n\r\n`;
}

const chunked = { "Transfer-Encoding": "chunked" };

/** Sends a body that may be refused before all of it was sent. */
async function statusOfBody(
  server: TestServer,
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<number> {
  using connection = await server.connect();
  const sending = connection.send({ method: "POST", path, body, headers }).catch(() => {});
  const { status } = await connection.response("POST");
  connection.close();
  await sending;
  return status;
}

for (const send of sends) {
  attack("6", `${send} takes a megabyte, and not a byte more`, async (server) => {
    const session = await server.xhr("/echo").open();
    const path = `${session.base}/${send}`;
    for (const body of [payload(limit), inChunks(payload(limit))]) {
      const headers: Record<string, string> = body.startsWith("[") ? {} : chunked;
      assert((await statusOfBody(server, path, body, headers)) < 300);
      assertEquals((await session.poll()).length, limit + 2);
    }
    assertEquals(await statusOfBody(server, path, payload(limit + 1)), 413);
    assertEquals(await statusOfBody(server, path, inChunks(payload(limit + 1)), chunked), 413);
    await session.send("still here");
    assertEquals(await session.poll(), `a["still here"]\n`);
  });

  attack("6", `${send} takes as much as is allowed, in a chunk behind its head`, async (server) => {
    const session = await server.xhr("/small_messages").open();
    using connection = await server.connect();
    await connection.send({ method: "POST", path: `${session.base}/${send}`, headers: chunked });
    // The server has begun to read the body.
    await server.roundTrip();
    await connection.write(`64\r\n${payload(100)}\r\n`);
    await server.roundTrip();
    await connection.write("0\r\n\r\n");
    assert((await connection.response("POST")).status < 300);
    assertEquals(await session.poll(), `a${payload(100)}\n`);
  });

  attack("6", `${send} refuses ten megabytes, whatever they are`, async (server) => {
    const session = await server.xhr("/echo").open();
    for (const body of [payload(10 * limit), "[".repeat(10 * limit)]) {
      const path = `${session.base}/${send}`;
      assertEquals(await statusOfBody(server, path, body), 413);
      assertEquals(await statusOfBody(server, path, inChunks(body), chunked), 413);
    }
    await session.send("still here");
    assertEquals(await session.poll(), `a["still here"]\n`);
  });

  attack("6", `${send} takes a length that is a lie for nothing else`, async (server) => {
    const session = await server.xhr("/echo").open();
    const head = `POST ${session.base}/${send} HTTP/1.1\r\nHost: x\r\nContent-Length: `;
    for (const length of ["", "x", "-1", "+5", "0x5", "1e1", "5 5", "5, 5", "9".repeat(30)]) {
      const status = (await responseTo(server, `${head}${length}\r\n\r\n["x"]`))?.status ?? 400;
      assert(status === 400 || status === 413, `${length}: ${status}`);
    }
    // The rest of the body is never read as messages, and nothing of it as a request.
    const { status } = (await responseTo(server, `${head}2\r\n\r\n[]["x"]`)) ?? { status: 0 };
    // Where that is no request, Node answers so instead of what we were about to say.
    assertEquals(status, status === 400 ? 400 : send === "xhr_send" ? 204 : 200);
    await session.send("still here");
    assertEquals(await session.poll(), `a["still here"]\n`);
  });

  attack("6", `${send}: a body that stops in the middle brings nothing`, async (server) => {
    const session = await server.xhr("/echo").open();
    const body = payload(200_000);
    for (const headers of [{ "Content-Length": `${body.length}` }, chunked]) {
      const connection = await server.connect();
      const begun = "Content-Length" in headers ? body.slice(0, -1) : inChunks(body).slice(0, -7);
      await connection.send({
        method: "POST",
        path: `${session.base}/${send}`,
        headers,
        body: begun,
      });
      await server.roundTrip();
      connection.close();
    }
    await session.send("still here");
    assertEquals(await session.poll(), `a["still here"]\n`);
  });

  attack("6", `${send}: a body comes together from single bytes`, async (server) => {
    const session = await server.xhr("/echo").open();
    const connection = await server.connect();
    const body = `["one byte at a time"]`;
    await connection.send({
      method: "POST",
      path: `${session.base}/${send}`,
      headers: { "Content-Length": `${body.length}` },
    });
    for (const byte of body) {
      await connection.write(byte);
      await server.roundTrip();
    }
    assert((await connection.response("POST")).status < 300);
    assertEquals(await session.poll(), `a["one byte at a time"]\n`);
  });
}

attack("6", "30,000 chunks of a byte are one body", async (server) => {
  const session = await server.xhr("/echo").open();
  const body = payload(30_000);
  const chunks = [...body].map((byte) => `1\r\n${byte}\r\n`).join("");
  assertEquals((await session.sendRaw(`${chunks}0\r\n\r\n`, chunked)).status, 204);
  assertEquals((await session.poll()).length, body.length + 2);
});

attack(
  "6",
  "a body under way holds no more for its chunks of a byte than their bytes",
  async (server) => {
    const session = await server.xhr("/patient").open();
    const path = `${session.base}/xhr_send`;
    const [bodies, length] = [5, 40_000];
    const chunks = [...payload(length)].map((byte) => `1\r\n${byte}\r\n`).join("");
    const before = await server.heap();
    const connections: HttpConnection[] = [];
    for (let count = 0; count < bodies; count++) {
      const connection = await server.connect();
      await connection.send({ method: "POST", path, headers: chunked });
      await connection.write(chunks);
      connections.push(connection);
    }
    // Some runtimes read all at once, and hand it on later.
    const looks = [await server.heap()];
    const isQuiet = () => looks.length > 5 && Math.abs(looks.at(-1)! - looks.at(-4)!) < 50_000;
    while (looks.length < 100 && !isQuiet()) looks.push(await server.heap());
    const held = looks.at(-1)! - before;
    for (const connection of connections) {
      await connection.write("0\r\n\r\n");
      assertEquals((await connection.response("POST")).status, 204);
    }
    assert(held < 10 * bodies * length, `${held} bytes for ${bodies * length} chunks`);
    assertEquals((await session.poll()).length, bodies * length - 2);
  },
);

for (const path of ["/echo/000/ID/websocket", "/echo/websocket?id=ID"]) {
  const raw = path.includes("?");

  attack(
    "6",
    `a message of a megabyte comes back at ${path}, a byte more is 1009`,
    async (server) => {
      const id = server.newId();
      const socket = await server.websocket(path.replace("ID", id));
      if (!raw) assertEquals(await socket.message(), "o");
      const text = `"${"x".repeat(limit - 2)}"`;
      await socket.sendText(text);
      assertEquals(await socket.message(), raw ? text : messageFrame(JSON.parse(text)));
      await socket.sendText(`${text} `);
      assertEquals(await socket.closed(), { code: 1009, reason: "Message too big" });
      assertEquals((await server.closed(id)).map(({ code }) => code), [1009]);
    },
    { skip: { "bun-node": "closes with the code alone before we can give the reason" } },
  );

  attack("6", `fragments that add up to more are 1009 at ${path}`, async (server) => {
    const socket = await server.websocket(path.replace("ID", server.newId()));
    if (!raw) assertEquals(await socket.message(), "o");
    const fragment = { opcode: opcodes.continuation, payload: "x".repeat(limit / 4), fin: false };
    const { text, continuation } = opcodes;
    const last = { opcode: continuation, payload: "" };
    await socket.send({ ...fragment, opcode: text }, fragment, fragment, fragment, fragment, last);
    assertEquals((await socket.closed()).code, 1009);
  });

  attack("6", `ten megabytes of brackets close ${path}`, async (server) => {
    const id = server.newId();
    const socket = await server.websocket(path.replace("ID", id));
    if (!raw) assertEquals(await socket.message(), "o");
    const frame = new Uint8Array(10 * limit).fill(0x5b);
    await socket.sendText(concatenate([frame]));
    assertEquals((await socket.closed()).code, 1009);
    assertEquals((await server.closed(id)).map(({ code }) => code), [1009]);
  });
}
