/** What exceeds a limit gets the status or close code of that option. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { handshake } from "../../support/raw_websocket.ts";
import { receivingTransports, streams } from "../../support/receiving_transports.ts";
import type { TestServer } from "../../support/test_server.ts";

const fits = JSON.stringify(["x".repeat(96)]);
const tooLong = JSON.stringify(["x".repeat(97)]);

for (const send of ["xhr_send", "jsonp_send"]) {
  fact(
    "6",
    `${send}: a body over maxMessageSize gets 413, one that fits is accepted`,
    async (server) => {
      const session = await server.xhr("/small_messages").open();
      const path = `${session.base}/${send}`;
      assertEquals((await server.post(path, fits)).status < 300, true);
      assertEquals((await server.post(path, tooLong)).status, 413);
      const chunked = { "Transfer-Encoding": "chunked" };
      const body = `${tooLong.length.toString(16)}\r\n${tooLong}\r\n0\r\n\r\n`;
      assertEquals((await server.post(path, body, chunked)).status, 413);
      assertEquals(await session.poll(), `a${fits}\n`);
    },
  );

  fact("6", `${send}: a body over maxMessageSize is refused before it arrives`, async (server) => {
    const session = await server.xhr("/small_messages").open();
    const path = `${session.base}/${send}`;
    const announced = { "Content-Length": "1000000000" };
    const begin = { method: "POST", path, headers: announced, body: "[" };
    assertEquals((await server.begin(begin)).status, 413);
    const chunked = { "Transfer-Encoding": "chunked" };
    const begun = `${tooLong.length.toString(16)}\r\n${tooLong}\r\n`;
    assertEquals(
      (await server.begin({ method: "POST", path, headers: chunked, body: begun })).status,
      413,
    );
  });
}

for (const path of ["/small_messages/000/ID/websocket", "/small_messages/websocket?id=ID"]) {
  fact("7", `a message over maxMessageSize closes with 1009 at ${path}`, async (server) => {
    const id = server.newId();
    const socket = await server.websocket(path.replace("ID", id));
    const isRaw = path.includes("?");
    if (!isRaw) assertEquals(await socket.message(), "o");
    const text = JSON.stringify("x".repeat(98));
    await socket.sendText(text);
    assertEquals(await socket.message(), isRaw ? text : `a[${text}]`);
    await socket.sendText(`${text} `);
    assertEquals((await socket.closed()).code, 1009);
    assertEquals((await server.closed(id)).map(({ code }) => code), [1009]);
  });
}

/** The status of a request that would open a session. */
async function opening(server: TestServer, name: string): Promise<number> {
  const transport = receivingTransports.find((transport) => transport.name === name);
  const session = `/two_sessions/000/${server.newId()}`;
  if (transport !== undefined) {
    const { method, path } = transport;
    return (await server.begin({ method, path: `${session}/${path}` })).status;
  }
  const path = name === "websocket" ? `${session}/websocket` : "/two_sessions/websocket";
  return (await server.begin({ path, headers: handshake })).status;
}

fact("6", "over maxSessions every transport gets 503, and those before go on", async (server) => {
  const [first, second] = [server.newId(), server.newId()];
  const session = await server.xhr("/two_sessions", first).open();
  const socket = await server.websocketSession("/two_sessions", second);
  for (const name of [...receivingTransports.map(({ name }) => name), "websocket", "raw"]) {
    assertEquals(await opening(server, name), 503, name);
  }
  await session.send("x");
  assertEquals(await session.poll(), `a["x"]\n`);
  assertEquals((await server.get("/two_sessions/info")).status, 200);
  await socket.sendClose(1000);
  assertEquals((await socket.closed()).code, 1000);
  await server.closed(second);
  await server.websocketSession("/two_sessions");
  assertEquals(await opening(server, "websocket"), 503);
}, { carried: "sessions are counted where they are" });

fact("5", "over highWaterMark write says false, and drain and ready follow", async (server) => {
  const session = await server.xhr("/low_water").open();
  await session.send("x");
  assertEquals((await session.poll()).length, 2000 + `a[""]\n`.length);
  assertEquals(await session.poll(), `a["false, drained"]\n`);
  const socket = await server.websocketSession("/low_water");
  await socket.sendText(`"x"`);
  assertEquals((await socket.message()).length, 2000 + `a[""]`.length);
  assertEquals(await socket.message(), `a["false, drained"]`);
});

fact(
  "7",
  "an application that writes as long as write allows leaves time for other clients",
  async (server) => {
    const socket = await server.websocketSession("/eager");
    await socket.sendText(`"go"`);
    // The system accepts writes at once, as long as the client reads.
    const read = (async () => {
      for (;;) {
        const event = await socket.next();
        if (event.type === "close") return event.code;
      }
    })();
    for (let others = 0; others < 3; others++) {
      assertEquals((await server.get("/eager")).status, 200);
    }
    await socket.sendText(`"stop"`);
    assertEquals(await read, 1000);
  },
);

/** Has a session be written to until it is closed for that: its client reads nothing meanwhile. */
async function overfill(server: TestServer, send: () => Promise<void>): Promise<void> {
  const watcher = await server.xhr("/never_read").open();
  await watcher.send("watch");
  await send();
  assertEquals(await watcher.poll(), `a["closing"]\n`);
}

const slow = `c[1008,"Slow consumer"]`;

for (const transport of streams) {
  fact("7", `${transport.name}: over maxBufferedBytes a session ends with 1008`, async (server) => {
    const session = server.http("/never_read");
    const stream = await session.open(transport);
    await overfill(server, () => session.send("write"));
    // One that is far behind may get several frames in one chunk.
    let rest = "";
    let chunk = await stream.connection.chunk();
    for (; chunk !== undefined; chunk = await stream.connection.chunk()) rest = chunk;
    assertEquals(rest.slice(-transport.framed(slow).length), transport.framed(slow));
  });
}

for (const path of ["/never_read/000/ID/websocket", "/never_read/websocket?id=ID"]) {
  fact("7", `over maxBufferedBytes a session ends with 1008 at ${path}`, async (server) => {
    const socket = await server.websocket(path.replace("ID", server.newId()));
    const isRaw = path.includes("?");
    await overfill(server, () => socket.sendText(isRaw ? "write" : `"write"`));
    let [last, event] = ["", await socket.next()];
    while (event.type === "text") [last, event] = [event.text, await socket.next()];
    if (!isRaw) assertEquals(last, slow);
    assertEquals(event, { type: "close", code: 1008, reason: "Slow consumer" });
  });
}

fact(
  "7",
  "a client that does not poll is closed with 1008 above maxBufferedBytes",
  async (server) => {
    const session = await server.xhr("/never_read").open();
    await overfill(server, () => session.send("write"));
    let frame = await session.poll();
    while (frame[0] === "a") frame = await session.poll();
    assertEquals(frame, `${slow}\n`);
  },
);
