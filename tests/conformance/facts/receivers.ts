/** Section 5: receiving requests, and the sessions that they create. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";

const still = `c[2010,"Another connection still open"]\n`;

fact("5", "the first poll opens a session, the next waits", async (server) => {
  const session = server.xhr("/echo");
  assertEquals(await session.poll(), "o\n");
  const waiting = await session.pending();
  await session.send("x");
  assertEquals(await waiting.frame(), `a["x"]\n`);
  assertEquals(await server.opened(session.id), [
    { service: "/echo", protocol: "xhr-polling" },
  ]);
});

fact(
  "5",
  "a second receiver gets 2010 and leaves the first alone",
  async (server) => {
    const session = await server.xhr("/echo").open();
    const first = await session.pending();
    assertEquals(await session.poll(), still);
    assertEquals(await session.poll(), still);
    await session.send("x");
    assertEquals(await first.frame(), `a["x"]\n`);
    await session.send("y");
    assertEquals(await session.poll(), `a["y"]\n`);
  },
);

fact("5", "a message right after the open frame is delivered", async (server) => {
  for (let count = 0; count < 40; count++) {
    const session = await server.xhr("/echo").open();
    await session.send("x");
    assertEquals(await session.poll(), `a["x"]\n`);
    const socket = await server.websocketSession("/echo");
    await socket.sendText(`"x"`);
    assertEquals(await socket.message(), `a["x"]`);
  }
});

fact("5", "messages that are written without a receiver are sent in one frame", async (server) => {
  const session = await server.xhr("/echo").open();
  await session.send("x", "y");
  await session.send("z");
  assertEquals(await session.poll(), `a["x","y","z"]\n`);
});

fact("5", "the open frame is before the first message", async (server) => {
  const session = await server.xhr("/welcome").open();
  assertEquals(await session.poll(), `a["welcome"]\n`);
  const socket = await server.websocketSession("/welcome");
  assertEquals(await socket.message(), `a["welcome"]`);
});

fact("5", "a session belongs to one service", async (server) => {
  const { id } = await server.xhr("/echo").open();
  const other = server.xhr("/amplify", id);
  assertEquals((await other.sendRaw(`["3"]`)).status, 404);
  await other.open();
  await other.send("3");
  assertEquals(await other.poll(), `a["xxxxxxxx"]\n`);
});

fact("5", "a send makes no session", async (server) => {
  const session = server.xhr("/echo");
  assertEquals((await session.sendRaw(`["x"]`)).status, 404);
  assertEquals((await session.sendRaw(`["x"]`)).status, 404);
  await session.open();
  await session.send("y");
  assertEquals(await session.poll(), `a["y"]\n`);
});

fact(
  "5",
  "a send without a session is refused before its body",
  async (server) => {
    const connection = await server.connect();
    await connection.send({
      method: "POST",
      path: `${server.xhr("/echo").base}/xhr_send`,
      headers: { "Content-Length": "10" },
    });
    assertEquals((await connection.response("POST")).status, 404);
  },
);

fact("5", "the connection of a poll with a response may close", async (server) => {
  const session = server.xhr("/echo");
  for (const frame of ["o\n", `a["x"]\n`, `a["x"]\n`]) {
    const connection = await server.connect();
    await connection.send({ method: "POST", path: `${session.base}/xhr` });
    assertEquals((await connection.response("POST")).body, frame);
    connection.close();
    await server.roundTrip();
    await session.send("x");
  }
  assertEquals((await server.opened(session.id)).length, 1);
});

fact("5", "websockets on one URL are sessions of their own", async (server) => {
  const id = server.newId();
  const polling = await server.xhr("/echo", id).open();
  const one = await server.websocketSession("/echo", id);
  const two = await server.websocketSession("/echo", id);
  await one.sendText(`"1"`);
  await two.sendText(`"2"`);
  await polling.send("3");
  assertEquals(await two.message(), `a["2"]`);
  assertEquals(await one.message(), `a["1"]`);
  assertEquals(await polling.poll(), `a["3"]\n`);
  await one.sendClose(1000);
  assertEquals((await one.closed()).code, 1000);
  await two.sendText(`"4"`);
  assertEquals(await two.message(), `a["4"]`);
});

fact("5", "a websocket has no id that could be sent to", async (server) => {
  const id = server.newId();
  await server.websocketSession("/echo", id);
  assertEquals((await server.xhr("/echo", id).sendRaw(`["x"]`)).status, 404);
  await server.xhr("/echo", id).open();
});
