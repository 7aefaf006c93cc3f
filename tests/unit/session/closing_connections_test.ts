import { assert, assertEquals } from "@std/assert";
import { inNextTurn } from "../../../src/event_loop/turns.ts";
import type { ServerOptions } from "../../../src/options/server_options.ts";
import { connectSocket, FakeRuntime, onRuntime } from "../../support/fake_runtime.ts";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { closings, connect, PollingClient, serve } from "../../support/polling_client.ts";

const turn = () => new Promise<void>(inNextTurn);
const limit = 1_000_000;

async function infoStatus(server: { handle(request: Request): unknown }): Promise<number> {
  const response = await server.handle(new Request("http://host/echo/info"));
  return (response as Response).status;
}

function openStream(
  server: { handle(request: Request): Response | Promise<Response> },
  id: string,
) {
  const url = `http://host/echo/server/${id}/xhr_streaming`;
  return server.handle(new Request(url, { method: "POST" }));
}

/** A client that was sent a long response to a poll, and has not read it. */
async function longResponse(options: ServerOptions = {}) {
  const { client, connection } = await connect(serve(options).server);
  const seen = closings(connection);
  connection.write("x".repeat(50_000));
  return { client, connection, seen, response: await client.receive() };
}

Deno.test("poll responses that are not read count until they are sent, or their client disconnects", async () => {
  using _time = fakeTime();
  const { server } = serve({ maxTotalBufferedBytes: limit });
  const responses: Response[] = [];
  for (const id of ["one", "two", "three"]) {
    const { client, connection } = await connect(server, id);
    connection.write("x".repeat(400_000));
    responses.push(await client.receive());
  }
  assertEquals(await infoStatus(server), 503);
  // Nothing else has buffered data.
  await turn();
  assertEquals(await infoStatus(server), 200);
  const read = responses.map((response) =>
    response.text().then(({ length }) => length, () => "cut off")
  );
  const results = await Promise.all(read);
  assertEquals(results.filter((result) => result === "cut off").length, 1);
  assertEquals(results.filter((result) => result === 400_006).length, 2);
});

Deno.test("a response of a poll that waited counts as well", async () => {
  using _time = fakeTime();
  const { server } = serve({ maxTotalBufferedBytes: limit });
  for (const id of ["one", "two", "three"]) {
    const { client, connection } = await connect(server, id);
    const response = await client.receive();
    connection.write("x".repeat(400_000));
    await microtasks();
    if (id !== "one") continue;
    assertEquals((await response.text()).length, 400_006);
  }
  assertEquals(await infoStatus(server), 200);
  const { client, connection } = await connect(server, "four");
  await client.receive();
  connection.write("x".repeat(400_000));
  await microtasks();
  assertEquals(await infoStatus(server), 503);
});

Deno.test("connections on their way out are cut off before sessions are closed", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve({ maxTotalBufferedBytes: limit }));
  const sockets = [];
  for (let i = 0; i < 3; i++) {
    const { socket, connection } = await connectSocket(server, runtime);
    sockets.push(socket);
    connection.write("x");
    await microtasks();
    socket.bufferedAmount = 300_000;
    socket.listener.drained();
    socket.bufferedAmount = 60_000;
    connection.close();
    await microtasks();
    socket.bufferedAmount = 300_000;
    socket.listener.drained();
  }
  assertEquals(sockets.map(({ closings }) => closings.length), [1, 1, 1]);
  const { connection } = await connect(server, "one");
  connection.write("x".repeat(600_000));
  assertEquals(await infoStatus(server), 503);
  await turn();
  // What they hold is given back when they are gone; the session was not asked for it.
  assertEquals(connection.readyState, 1);
  assertEquals(sockets.map(({ closings }) => closings.length), [2, 2, 1]);
});

Deno.test("a stream whose client does not take its end is cut off", async () => {
  using time = fakeTime();
  const { server } = serve();
  server.on("connection", (connection) => {
    connection.write("x".repeat(50_000));
    connection.close();
  });
  const response = await openStream(server, "one");
  await microtasks();
  await turn();
  const reader = response.body!.getReader();
  await pass(time, 60_000);
  const parts: unknown[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
    }
  } catch (error) {
    parts.push(`${error}`);
  }
  assert(`${parts.at(-1)}`.includes("aborted"), "the stream was left to its client");
});

Deno.test("a response of a poll waits for a slow client", async () => {
  using time = fakeTime();
  const { response } = await longResponse();
  await pass(time, 60_000);
  assertEquals((await response.text()).length, 50_006);
});

Deno.test("a session that ends before it begins is not waited for", async () => {
  using _time = fakeTime();
  const failing = {
    endpoints: () => ({}),
    stream() {
      throw new Error("No answer can begin");
    },
  };
  const { server } = onRuntime(failing, () => serve());
  server.on("error", () => {});
  assertEquals((await openStream(server, "one")).status, 500);
  const closed = server.close();
  await microtasks();
  assertEquals(
    await Promise.race([closed.then(() => "closed"), turn().then(() => "waits")]),
    "closed",
  );
});

Deno.test("a body for a session that is over is not read", async () => {
  using _time = fakeTime();
  const { server } = serve();
  const { client, connection } = await connect(server);
  connection.close();
  assertEquals((await new PollingClient(server).poll())[0], "c");
  let pulls = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulls++;
      controller.enqueue(new Uint8Array(10_000));
    },
  }, { highWaterMark: 0 });
  const url = "http://host/echo/server/session/xhr_send";
  const request = new Request(url, { method: "POST", body, duplex: "half" } as RequestInit);
  assertEquals((await server.handle(request)).status, 204);
  assertEquals([await client.send("x"), pulls], [204, 0]);
});

Deno.test("of a long frame, no more than a piece is handed on before its runtime asks for more", async () => {
  using _time = fakeTime();
  const { server } = serve();
  const { client, connection } = await connect(server);
  connection.write("€".repeat(300_000));
  const reader = (await client.receive()).body!.getReader();
  const sizes: number[] = [];
  let text = "";
  // Some clients decode each for itself.
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for (let part; !(part = await reader.read()).done;) {
    sizes.push(part.value.byteLength);
    text += decoder.decode(part.value);
  }
  assertEquals(text, `a["${"€".repeat(300_000)}"]\n`);
  assert(Math.max(...sizes) <= 128 * 1024, `there were pieces of ${sizes}`);
});

Deno.test("the time to come back begins when the response to a poll has left", async () => {
  using time = fakeTime();
  const { seen, response } = await longResponse();
  await pass(time, 60_000);
  assertEquals(seen, []);
  assertEquals((await response.text()).length, 50_006);
  await pass(time, 4999);
  assertEquals(seen, []);
  await pass(time, 1);
  assertEquals([seen, time.next()], [["1006 Connection timed out, not clean"], false]);
});

Deno.test("another poll may come while the response to one is on its way", async () => {
  using time = fakeTime();
  const { client, connection, response } = await longResponse({ responseTimeLimit: 20_000 });
  connection.write("y");
  assertEquals(await client.poll(), 'a["y"]');
  await pass(time, 6000);
  assertEquals(connection.readyState, 1);
  assertEquals((await response.text()).length, 50_006);
  await pass(time, 5000);
  assertEquals(connection.readyState, 3);
});

Deno.test("a client that takes nothing of its response is given up after the response's time", async () => {
  using time = fakeTime();
  const { connection, seen, response } = await longResponse({ responseTimeLimit: 20_000 });
  await pass(time, 19_999);
  assertEquals(connection.readyState, 1);
  await pass(time, 1);
  assertEquals(seen, ["1002 Connection interrupted, not clean"]);
  assertEquals(await response.text().catch((error) => error.message.slice(-7)), "aborted");
  await pass(time, 5000);
  assertEquals(time.next(), false);
});

Deno.test("a long response that is aborted ends its session, because part of it may be lost", async () => {
  using time = fakeTime();
  const { client, connection, seen, response } = await longResponse();
  connection.write("y");
  await response.body?.cancel();
  assertEquals(seen, ["1002 Connection interrupted, not clean"]);
  assertEquals(await client.send("z"), 404);
  assertEquals(await client.poll(), 'c[1002,"Connection interrupted"]');
  assertEquals(time.next(), false);
});

Deno.test("a poll that waits at that time gets 1002 at once", async () => {
  using time = fakeTime();
  const { client, seen, response } = await longResponse();
  const second = client.poll();
  await microtasks();
  await response.body?.cancel();
  assertEquals(await second, 'c[1002,"Connection interrupted"]');
  assertEquals([seen.length, time.next()], [1, false]);
});

Deno.test("sessions that have ended are not notified of it", async () => {
  using time = fakeTime();
  const { client, connection, seen, response } = await longResponse();
  connection.close();
  assertEquals(await client.poll(), 'c[1000,"Normal closure"]');
  await response.body?.cancel();
  assertEquals(await client.poll(), 'c[1000,"Normal closure"]');
  await pass(time, 5000);
  assertEquals([seen, time.next()], [["1000 Normal closure, clean"], false]);
});

Deno.test("a response that cannot begin is not waited for", async () => {
  using time = fakeTime();
  const failing = {
    endpoints: () => ({}),
    stream() {
      throw new Error("No answer can begin");
    },
  };
  const { server } = onRuntime(failing, () => serve({ disconnectDelay: 5000 }));
  server.on("error", () => {});
  const { client, connection } = await connect(server);
  connection.write("x".repeat(50_000));
  const seen = closings(connection);
  assertEquals((await client.receive()).status, 500);
  assertEquals(seen, ["1002 Connection interrupted, not clean"]);
  await pass(time, 5000);
  assertEquals(time.next(), false);
});
