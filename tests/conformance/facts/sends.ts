/** Section 6: xhr_send. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { concatenate } from "../../support/bytes.ts";

const types: readonly (string | undefined)[] = [
  undefined,
  "",
  "text/plain",
  "text/plain;charset=UTF-8",
  "T",
  "T; charset=utf-8",
  "application/json",
  "application/json; charset=utf-8",
  "application/xml",
  "application/xml;charset=UTF-8",
  "text/xml",
  "text/xml; charset=UTF-8",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "no type at all",
];

for (const type of types) {
  fact(
    "6",
    `xhr_send takes Content-Type: ${type ?? "(none)"}`,
    async (server) => {
      const session = await server.xhr("/echo").open();
      const headers: Record<string, string> = type === undefined ? {} : { "Content-Type": type };
      const response = await session.sendRaw(`["x\u00e9"]`, headers);
      assertEquals([response.status, response.body], [204, ""]);
      assertEquals(await session.poll(), `a["x\u00e9"]\n`);
    },
  );
}

const expected = "Payload expected.";
const broken = "Broken JSON encoding.";

const wrong: readonly [body: string, message: string][] = [
  ["", expected],
  ["{}", expected],
  ["null", expected],
  ["true", expected],
  ["1", expected],
  [`"x"`, expected],
  ["[1]", expected],
  ["[null]", expected],
  ["[true]", expected],
  [`["x",1]`, expected],
  [`[["x"]]`, expected],
  ["[[]]", expected],
  ["[{}]", expected],
  [`{"0":"x","length":1}`, expected],
  [`{"__proto__":null}`, expected],
  ["x", broken],
  ["[", broken],
  [`["x`, broken],
  [`["x"`, broken],
  [`["x"]]`, broken],
  [`["x",]`, broken],
  [`['x']`, broken],
  ["undefined", broken],
  ["[NaN]", broken],
  [`d=["x"]`, broken],
];

for (const [body, message] of wrong) {
  fact("6", `a send of ${body || "nothing"} is refused`, async (server) => {
    const session = await server.xhr("/echo").open();
    const response = await session.sendRaw(body);
    assertEquals([response.status, response.body], [500, message]);
    // The session goes on.
    await session.send("x");
    assertEquals(await session.poll(), `a["x"]\n`);
  });
}

fact("6", "a 204 has no body, announced or not", async (server) => {
  const session = await server.xhr("/echo").open();
  const connection = await server.connect();
  const { status } = await connection.exchange({
    method: "POST",
    path: `${session.base}/xhr_send`,
    body: `["x"]`,
  });
  assertEquals(status, 204);
  assertEquals((await connection.exchange({ path: "/echo" })).status, 200);
});

fact("6", "a body may come in chunks and in pieces", async (server) => {
  const session = await server.xhr("/echo").open();
  const connection = await server.connect();
  await connection.send({
    method: "POST",
    path: `${session.base}/xhr_send`,
    headers: { "Transfer-Encoding": "chunked" },
  });
  await connection.write('2\r\n["\r\n');
  await server.roundTrip();
  // Two chunks that part a character.
  await connection.write(new Uint8Array([0x31, 13, 10, 0xc3, 13, 10]));
  await server.roundTrip();
  await connection.write(new Uint8Array([0x31, 13, 10, 0xa9, 13, 10]));
  await connection.write(`2\r\n"]\r\n0\r\n\r\n`);
  assertEquals((await connection.response("POST")).status, 204);
  assertEquals(await session.poll(), `a["\u00e9"]\n`);
});

fact("6", "bytes that are no UTF-8 become U+FFFD", async (server) => {
  const session = await server.xhr("/echo").open();
  const text = (it: string) => new TextEncoder().encode(it);
  const body = concatenate([
    text(`["x`),
    new Uint8Array([0xff]),
    text("y"),
    // The first byte of a character of two.
    new Uint8Array([0xc3]),
    text(`"]`),
  ]);
  assertEquals((await session.sendRaw(body)).status, 204);
  assertEquals(await session.poll(), `a["x\\ufffdy\\ufffd"]\n`);
});
