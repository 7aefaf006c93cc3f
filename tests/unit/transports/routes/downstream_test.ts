import { assertEquals } from "@std/assert";
import type { ServerOptions } from "../../../../src/options/server_options.ts";
import { FakeRuntime, onRuntime } from "../../../support/fake_runtime.ts";
import { fakeTime, microtasks, pass, soon } from "../../../support/fake_time.ts";
import { connect, PollingClient, serve } from "../../../support/polling_client.ts";

Deno.test("a second receiver gets 2010 and leaves the first alone", async () => {
  using time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const first = client.poll();
  await microtasks();
  assertEquals(await soon(time, client.poll()), 'c[2010,"Another connection still open"]');
  assertEquals(connection.readyState, 1);
  connection.write("x");
  assertEquals(await first, 'a["x"]');
});

Deno.test("a client that aborts and asks again at once is not the second receiver", async () => {
  using time = fakeTime();
  const { client } = await connect(serve().server);
  const first = await client.receive();
  const second = client.poll();
  await first.body?.cancel();
  assertEquals(await soon(time, second), 'c[1002,"Connection interrupted"]');
});

Deno.test("a client whose first answer comes while the second asks is not refused", async () => {
  using time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const first = client.poll();
  await microtasks();
  const second = client.poll();
  connection.write("one");
  assertEquals(await first, 'a["one"]');
  await microtasks();
  connection.write("two");
  assertEquals(await soon(time, second), 'a["two"]');
});

Deno.test("a session may change its transport", async () => {
  using _time = fakeTime();
  const { server } = serve();
  const { connection } = await connect(server);
  connection.write("x");
  const jsonp = new Request("http://host/echo/other/session/jsonp?c=f");
  const response = await server.handle(jsonp);
  assertEquals(await response.text(), '/**/f("a[\\"x\\"]");\r\n');
  assertEquals(connection.protocol, "jsonp-polling");
});

Deno.test("the server's part of the path does not name the session", async () => {
  using _time = fakeTime();
  const { server } = serve();
  const { connection } = await connect(server);
  connection.write("x");
  const request = new Request("http://host/echo/elsewhere/session/xhr", { method: "POST" });
  assertEquals(await (await server.handle(request)).text(), 'a["x"]\n');
});

Deno.test("a heartbeat ends a poll after the heartbeat delay, counted from that poll", async () => {
  using time = fakeTime();
  const { client } = await connect(serve({ heartbeatDelay: 10_000 }).server);
  for (let i = 0; i < 3; i++) {
    await pass(time, 4000);
    let answer: string | undefined;
    client.poll().then((frame) => answer = frame);
    await pass(time, 9990);
    assertEquals(answer, undefined);
    await pass(time, 10);
    assertEquals(answer, "h");
  }
});

Deno.test("the disconnect delay runs from the end of the last poll", async () => {
  using time = fakeTime();
  const { client, connection } = await connect(serve({ disconnectDelay: 3000 }).server);
  for (let i = 0; i < 3; i++) {
    connection.write("x");
    await pass(time, 2990);
    await client.poll();
  }
  await pass(time, 2990);
  assertEquals(connection.readyState, 1);
  await pass(time, 10);
  assertEquals(connection.readyState, 3);
  assertEquals(await client.poll(), "o");
});

Deno.test("sends do not keep a session alive", async () => {
  using time = fakeTime();
  const { client, connection } = await connect(serve().server);
  for (let i = 0; i < 5; i++) {
    await client.send("x");
    await pass(time, 1000);
  }
  assertEquals(connection.readyState, 3);
});

Deno.test("answers have their headers: type, no cache, CORS, cookie", async () => {
  using _time = fakeTime();
  const { server } = serve({ jsessionid: true });
  const headers = { "Origin": "http://page", "Cookie": "JSESSIONID=abc" };
  const response = await new PollingClient(server).receive(headers);
  assertEquals(Object.fromEntries(response.headers), {
    "access-control-allow-credentials": "true",
    "access-control-allow-origin": "http://page",
    "cache-control": "no-store, no-cache, no-transform, must-revalidate, max-age=0",
    "content-type": "application/javascript; charset=UTF-8",
    "set-cookie": "JSESSIONID=abc; path=/",
    "vary": "Origin",
  });
});

/** A runtime that tells of clients that are gone before their answer has begun. */
class Telling extends FakeRuntime {
  readonly gone: (() => void)[] = [];
  areGone = false;

  onAbandoned(gone: () => void): void {
    if (this.areGone) gone();
    else this.gone.push(gone);
  }
}

/** A session, and a poll that waits for it on such a runtime. */
async function wait(options: ServerOptions = {}, runtime = new Telling()) {
  const { server } = onRuntime(runtime, () => serve(options));
  const { client, connection } = await connect(server);
  let answer: Response | undefined;
  const answered = client.receive().then((response) => (answer = response));
  await microtasks();
  return { server, runtime, client, connection, answered, answer: () => answer };
}

Deno.test("where the runtime tells of clients that are gone, a waiting poll has no answer yet", async () => {
  using _time = fakeTime();
  const { runtime, connection, answered, answer } = await wait({ heartbeatDelay: 10_000 });
  assertEquals([answer(), runtime.asked], [undefined, ["silence of 10000"]]);
  connection.write("x");
  assertEquals(await (await answered).text(), 'a["x"]\n');
  assertEquals(runtime.asked.at(-1), "traffic");
  // Some runtimes tell that of all clients.
  runtime.gone[0]!();
  assertEquals(connection.readyState, 1);
});

Deno.test("there, a long answer of a poll that waited is on its way like any other", async () => {
  using time = fakeTime();
  const { connection, answered } = await wait();
  connection.write("x".repeat(50_000));
  await pass(time, 60_000);
  assertEquals((await (await answered).text()).length, 50_006);
  assertEquals(connection.readyState, 1);
});

Deno.test("there, a client that goes away ends its session, and nobody waits any more", async () => {
  using _time = fakeTime();
  const { runtime, connection, answered, client } = await wait();
  runtime.gone[0]!();
  await answered;
  assertEquals(connection.readyState, 3);
  assertEquals(await client.poll(), 'c[1002,"Connection interrupted"]');
});

Deno.test("there, a close answers a waiting poll", async () => {
  using time = fakeTime();
  const { connection, answered, answer } = await wait();
  connection.close();
  assertEquals(await (await answered).text(), 'c[1000,"Normal closure"]\n');
  assertEquals(answer()?.status, 200);
  await pass(time, 5000);
  assertEquals(time.next(), false);
});

Deno.test("there, a client that is gone by then ends its session, and is sent nothing", async () => {
  using _time = fakeTime();
  const runtime = new Telling();
  const { connection, answered } = await wait({}, Object.assign(runtime, { areGone: true }));
  await answered;
  assertEquals([connection.readyState, connection.write("x")], [3, false]);
});
