import { assert, assertEquals } from "@std/assert";
import type { Connection } from "../../../mod.ts";
import { BufferBudget, type BufferOwner } from "../../../src/session/buffer_budget.ts";
import { inNextTurn } from "../../../src/event_loop/turns.ts";
import {
  connectSocket,
  FakeRuntime,
  type FakeSocket,
  onRuntime,
} from "../../support/fake_runtime.ts";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { closings, connect, PollingClient, serve } from "../../support/polling_client.ts";

const turn = () => new Promise<void>(inNextTurn);

function fail(error: unknown): never {
  throw error;
}
const limit = 100_000;
const small = { maxTotalBufferedBytes: limit };

async function infoStatus(server: { handle(request: Request): unknown }): Promise<number> {
  const response = await server.handle(new Request("http://host/echo/info"));
  return (response as Response).status;
}

/** A websocket that takes nothing, and so many bytes that wait in it. */
async function stalledWebsocket(bytes: number) {
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve(small));
  const { socket, connection } = await connectSocket(server, runtime);
  socket.bufferedAmount = bytes;
  socket.listener.drained();
  return { server, socket, connection };
}

Deno.test("owners above their share are evicted, the largest first, until there is room", async () => {
  const holders = new Set<BufferOwner>();
  const budget = new BufferBudget(limit, [holders], { failed: fail });
  const ended: number[] = [];
  for (const heldBytes of [10_000, 50_000, 30_000, 20_000]) {
    const holder = {
      heldBytes,
      evict() {
        ended.push(heldBytes);
        budget.change(-heldBytes);
      },
    };
    holders.add(holder);
    budget.change(heldBytes);
  }
  assertEquals([budget.isFull, ended], [true, []]);
  await turn();
  assertEquals([budget.isFull, ended, budget.total], [false, [50_000], 60_000]);
});

Deno.test("messages that are still arriving count, and the longest is cut off", async () => {
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve(small));
  const [long, short] = [
    await connectSocket(server, runtime),
    await connectSocket(server, runtime, "/echo/websocket"),
  ];
  const seen = [closings(long.connection), closings(short.connection)];
  long.socket.listener.arriving?.(70_000);
  short.socket.listener.arriving?.(40_000);
  assertEquals(await infoStatus(server), 503);
  await turn();
  assertEquals(long.socket.closings.length, 1);
  assertEquals(seen, [["1008 Slow consumer, clean"], []]);
  long.socket.listener.closed(1006, "");
  assertEquals(await infoStatus(server), 200);
  // Without a turn, where it is twice the limit.
  short.socket.listener.arriving?.(3 * limit);
  assertEquals(short.socket.closings.length, 1);
});

Deno.test("where too much waits, all are looked at once, however many changes there are", async () => {
  using time = fakeTime();
  let looks = 0;
  const holder = {
    get heldBytes() {
      looks++;
      return 0;
    },
    evict() {},
  };
  const budget = new BufferBudget(limit, [new Set([holder])], { failed: fail });
  for (let i = 0; i < 1000; i++) budget.change(limit);
  await turn();
  assertEquals(looks, 1);
  // Those that came meanwhile are not forgotten.
  budget.change(1);
  budget.change(1);
  await turn();
  assertEquals(looks, 1);
  time.tick(100);
  await turn();
  assertEquals(looks, 2);
});

Deno.test("when sessions together buffer too much, only the largest is closed", async () => {
  using _time = fakeTime();
  const { server } = serve(small);
  const one = await connect(server, "one");
  const two = await connect(server, "two");
  const seen = closings(one.connection);
  one.connection.write("x".repeat(70_000));
  two.connection.write("x".repeat(25_000));
  assertEquals(await infoStatus(server), 200);
  two.connection.write("x".repeat(10_000));
  // No new session is accepted until the largest is closed.
  assertEquals(await infoStatus(server), 503);
  const late = new Request("http://host/echo/a/late/xhr", { method: "POST" });
  assertEquals((await server.handle(late)).status, 503);
  await turn();
  assertEquals(await infoStatus(server), 200);
  assertEquals([one, two].map(({ connection }) => connection.readyState), [2, 1]);
  assertEquals(await one.client.poll(), 'c[1008,"Slow consumer"]');
  assertEquals(seen, ["1008 Slow consumer, clean"]);
  assertEquals((await two.client.poll()).length, 35_000 + 'a["",""]'.length);
});

Deno.test("unread messages count, and the connection with the most is closed", async () => {
  using _time = fakeTime();
  const { server } = serve(small);
  const one = await connect(server, "one");
  const two = await connect(server, "two");
  await one.client.send("x".repeat(80_000));
  await two.client.send("x".repeat(30_000));
  await turn();
  assertEquals([one, two].map(({ connection }) => connection.readyState), [2, 1]);
  assertEquals(await one.client.poll(), 'c[1008,"Messages are not being read"]');
  const received: number[] = [];
  two.connection.on("data", ({ length }) => received.push(length));
  await microtasks();
  assertEquals([received, await infoStatus(server)], [[30_000], 200]);
});

Deno.test("what waits in a websocket counts, and one that takes nothing is cut off", async () => {
  using _time = fakeTime();
  const { server, socket, connection } = await stalledWebsocket(90_000);
  assertEquals(await infoStatus(server), 200);
  connection.write("x".repeat(20_000));
  await microtasks();
  await turn();
  assertEquals([connection.readyState, socket.closings.length], [3, 1]);
  socket.listener.closed(1006, "");
  assertEquals(await infoStatus(server), 200);
});

Deno.test("in the turn in which the sum passes twice the limit, who then writes too much is closed", async () => {
  using _time = fakeTime();
  const { server } = serve(small);
  const [one, two, three] = [
    await connect(server, "one"),
    await connect(server, "two"),
    await connect(server, "three"),
  ];
  one.connection.write("x".repeat(150_000));
  two.connection.write("x".repeat(150_000));
  three.connection.write("x".repeat(20_000));
  const states = () => [one, two, three].map(({ connection }) => connection.readyState);
  assertEquals(states(), [1, 2, 1]);
  await turn();
  assertEquals(states(), [2, 3, 1]);
});

Deno.test("in the turn in which the sum passes twice the limit, a websocket that takes nothing is cut off", async () => {
  using _time = fakeTime();
  const { socket, connection } = await stalledWebsocket(190_000);
  connection.write("x".repeat(20_000));
  await microtasks();
  assertEquals([connection.readyState, socket.closings.length], [3, 1]);
});

Deno.test("a server buffers nothing once its sessions are gone", async () => {
  using time = fakeTime();
  const { server } = serve({ maxTotalBufferedBytes: 1_000_000 });
  for (let round = 0; round < 20; round++) {
    const { client, connection } = await connect(server, `${round}`);
    connection.pause();
    const sends = [1, 2, 3].map(() => client.send("x".repeat(30_000)));
    await microtasks();
    connection.write("y".repeat(100_000));
    if (round % 3 === 0) connection.close();
    if (round % 3 === 1) connection.resume().on("data", () => {});
    await pass(time, 5000);
    await Promise.all(sends);
  }
  // All of it may wait for one.
  const { connection } = await connect(server, "last");
  connection.write("x".repeat(900_000));
  await turn();
  assertEquals([connection.readyState, await infoStatus(server)], [1, 200]);
});

Deno.test("a thousand sessions within their share are let be while one that is not ends", async () => {
  using _time = fakeTime();
  const { server } = serve({ maxTotalBufferedBytes: 1_000_000 });
  const connections: Connection[] = [];
  server.on("connection", (connection) => connections.push(connection));
  for (let i = 0; i < 1000; i++) await new PollingClient(server, `${i}`).poll();
  for (const connection of connections) connection.write("x".repeat(900));
  await turn();
  connections[500]!.write("x".repeat(200_000));
  await turn();
  const closed = connections.filter(({ readyState }) => readyState !== 1);
  assert(closed.length === 1 && closed[0] === connections[500], `${closed.length} were closed`);
});

for (const how of ["a listener", "a loop"]) {
  Deno.test(`messages of a client that has left count until ${how} has taken them`, async () => {
    using _time = fakeTime();
    const runtime = new FakeRuntime();
    const { server } = onRuntime(runtime, () => serve({ maxTotalBufferedBytes: 1_000_000 }));
    const seen: string[] = [];
    for (const count of [5000, 20_000]) {
      const { socket, connection } = await connectSocket(server, runtime);
      let received = 0;
      const events: string[] = [];
      connection.on("close", () => events.push("close"));
      if (how === "a listener") connection.on("data", () => received++);
      else void takeAll(connection, () => received++);
      socket.listener.message(JSON.stringify(Array(count).fill("")));
      socket.listener.closed(1000, "");
      const status = await infoStatus(server);
      for (let turns = 0; turns < 50; turns++) await turn();
      seen.push(`${status}, ${received === count ? "all" : "not all"} received, ${events}`);
      // Nothing is kept: another may hold nearly all.
      assertEquals(await infoStatus(server), 200);
    }
    assertEquals(seen, ["200, all received, close", "503, not all received, close"]);
  });
}

async function takeAll(messages: AsyncIterable<string>, received: () => void): Promise<void> {
  for await (const _ of messages) received();
}

Deno.test("the inbox of an ended connection stops counting if it is not read", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve(small));
  for (const listens of [true, false]) {
    const { socket, connection } = await connectSocket(server, runtime);
    connection.pause();
    if (listens) connection.on("data", () => {});
    socket.listener.message(JSON.stringify("x".repeat(90_000)));
    socket.listener.closed(1000, "");
  }
  assertEquals(await infoStatus(server), 200);
});

Deno.test("a websocket that is on its way out counts, and is cut off where it holds too much", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve(small));
  const sockets: FakeSocket[] = [];
  for (let i = 0; i < 2; i++) {
    const { socket } = await connectSocket(server, runtime);
    socket.bufferedAmount = 45_000 + i;
    socket.listener.drained();
    // A binary message, which closes it.
    socket.listener.message(undefined);
    sockets.push(socket);
  }
  const { connection, socket } = await connectSocket(server, runtime);
  connection.write("x".repeat(10_000));
  socket.bufferedAmount = 20_000;
  socket.listener.drained();
  assertEquals(await infoStatus(server), 503);
  const closings = () => sockets.map(({ closings }) => closings.length);
  sockets.forEach((socket) => {
    socket.terminate = (code, reason) => {
      socket.close(code, reason);
      socket.listener.closed(1006, "");
    };
  });
  assertEquals(closings(), [1, 1]);
  await turn();
  assertEquals([closings(), await infoStatus(server)], [[1, 2], 200]);
  assertEquals(connection.readyState, 1);
});
