/** Tests of payloads with very many messages, as the application receives them. */

import { assertEquals } from "@std/assert";
import { inNextTurn } from "../../../src/event_loop/turns.ts";
import { connectSocket, FakeRuntime, onRuntime } from "../../support/fake_runtime.ts";
import { fakeTime, microtasks } from "../../support/fake_time.ts";
import { connect, serve } from "../../support/polling_client.ts";

const turn = () => new Promise<void>(inNextTurn);
const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);

async function open() {
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  return await connectSocket(server, runtime);
}

Deno.test("999 messages are delivered at once, 2,500 in turns of a thousand", async () => {
  using _time = fakeTime();
  const { socket, connection } = await open();
  const received: string[] = [];
  connection.on("data", (message) => received.push(message));
  socket.listener.message(JSON.stringify(numbers(999)));
  assertEquals([received.length, socket.paused], [999, false]);
  received.length = 0;
  const sent = numbers(2500);
  socket.listener.message(JSON.stringify(sent));
  assertEquals([received.length, socket.paused], [1000, true]);
  socket.listener.message('"behind"');
  await turn();
  assertEquals([received.length, socket.paused], [2000, true]);
  await turn();
  assertEquals([received, socket.paused], [[...sent, "behind"], false]);
  socket.listener.closed(1000, "");
});

Deno.test("2,500 messages that take 2 ms each are delivered in turns of 10 ms, 999 at once", async () => {
  using time = fakeTime();
  const { socket, connection } = await open();
  const received: string[] = [];
  connection.on("data", (message) => {
    received.push(message);
    time.tick(2);
  });
  const sent = numbers(2500);
  socket.listener.message(JSON.stringify(sent));
  assertEquals([received.length, socket.paused], [8, true]);
  await turn();
  assertEquals([received.length, socket.paused], [16, true]);
  while (received.length < sent.length) await turn();
  assertEquals([received, socket.paused], [sent, false]);
  received.length = 0;
  socket.listener.message(JSON.stringify(numbers(999)));
  assertEquals(received.length, 999);
  socket.listener.closed(1000, "");
});

Deno.test("a send of very many messages gets its response when the last one is delivered", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  let received = 0;
  connection.on("data", () => received++);
  let answered = 0;
  const sending = client.send(...numbers(2500)).then((status) => answered = status);
  for (const count of [1000, 2000]) {
    await microtasks();
    assertEquals([received, answered], [count, 0]);
    await turn();
  }
  await sending;
  assertEquals([received, answered], [2500, 204]);
});

for (const how of ["listener", "loop"]) {
  Deno.test(`the close is delivered after the last of very many messages, to a ${how}`, async () => {
    using _time = fakeTime();
    const { socket, connection } = await open();
    const received: string[] = [];
    connection.on("end", () => received.push("end"));
    connection.on("close", () => received.push("close"));
    if (how === "listener") connection.on("data", (message) => received.push(message));
    else {
      (async () => {
        for await (const message of connection) received.push(message);
      })();
    }
    socket.listener.message(JSON.stringify(numbers(3500)));
    // I/O comes when all microtasks are done.
    await new Promise((resolve) => setImmediate(resolve));
    socket.listener.closed(1000, "");
    for (let turns = 0; turns < 10; turns++) await turn();
    assertEquals(received, [...numbers(3500), "end", "close"]);
  });
}

Deno.test("a pause in the middle of very many messages keeps the others, in order", async () => {
  using _time = fakeTime();
  const { socket, connection } = await open();
  const received: string[] = [];
  connection.on("data", (message) => {
    received.push(message);
    if (message === "1500") connection.pause();
  });
  socket.listener.message(JSON.stringify(numbers(2500)));
  for (let turns = 0; turns < 4; turns++) await turn();
  assertEquals(received.length, 1501);
  connection.resume();
  for (let turns = 0; turns < 4; turns++) await turn();
  assertEquals(received, numbers(2500));
  socket.listener.closed(1000, "");
});

Deno.test("a listener that throws in the middle of very many messages gets no more", async () => {
  using _time = fakeTime();
  const { server } = serve();
  server.on("error", () => {});
  const { client, connection } = await connect(server);
  let received = 0;
  connection.on("data", () => {
    if (++received === 1500) throw new Error("enough");
  });
  await client.send(...numbers(2500));
  assertEquals(await client.poll(), 'c[1011,"Internal error"]');
  await turn();
  assertEquals(received, 1500);
});

Deno.test("a websocket client can send more while very many messages are delivered", async () => {
  using _time = fakeTime();
  const { socket, connection } = await open();
  let received = 0;
  connection.on("data", () => received++);
  socket.listener.message(JSON.stringify(numbers(100_000)));
  for (let i = 0; i < 10; i++) socket.listener.message(JSON.stringify("x".repeat(1000)));
  for (let turns = 0; turns < 102; turns++) await turn();
  assertEquals([received, connection.readyState], [100_010, 1]);
  socket.listener.closed(1000, "");
});
