import { assertEquals, assertThrows } from "@std/assert";
import { connectSocket, FakeRuntime, onRuntime } from "../../support/fake_runtime.ts";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { closings, connect, serve } from "../../support/polling_client.ts";

Deno.test("close without arguments is 1000, Normal closure", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const seen = closings(connection);
  connection.close();
  assertEquals(await client.poll(), 'c[1000,"Normal closure"]');
  assertEquals(seen, ["1000 Normal closure, clean"]);
});

Deno.test("a code other than 1000 has no reason of its own", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  connection.close(3000);
  assertEquals(await client.poll(), 'c[3000,""]');
});

Deno.test("code and reason arrive as they were given", async () => {
  const given: [number | undefined, string | undefined, string][] = [
    [undefined, "Bye", 'c[1000,"Bye"]'],
    [1000, undefined, 'c[1000,"Normal closure"]'],
    [1000, "", 'c[1000,""]'],
    [3000, "Go away!", 'c[3000,"Go away!"]'],
    [0, "zero", 'c[0,"zero"]'],
    [65535, "most", 'c[65535,"most"]'],
  ];
  for (const [code, reason, frame] of given) {
    using _time = fakeTime();
    const { client, connection } = await connect(serve().server);
    connection.close(code, reason);
    assertEquals(await client.poll(), frame);
  }
});

Deno.test("a code that is no integer of 0 to 65535 is a RangeError and closes nothing", async () => {
  using _time = fakeTime();
  const { connection } = await connect(serve().server);
  for (const code of [-1, 65536, 1000.5, NaN, Infinity, "1000", null, {}]) {
    assertThrows(() => connection.close(code as number), RangeError, "0 to 65535");
  }
  assertEquals(connection.readyState, 1);
});

Deno.test("a reason that is no string is a TypeError and closes nothing", async () => {
  using _time = fakeTime();
  const { connection } = await connect(serve().server);
  for (const reason of [1, null, {}, ["x"]]) {
    assertThrows(() => connection.close(3000, reason as string), TypeError, "reason");
  }
  assertEquals(connection.readyState, 1);
});

Deno.test("only the first close counts", async () => {
  using time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const seen = closings(connection);
  connection.close(3000, "first");
  connection.close(3001, "second");
  assertEquals(await client.poll(), 'c[3000,"first"]');
  connection.close(3002, "third");
  assertEquals(await client.poll(), 'c[3000,"first"]');
  await pass(time, 60_000);
  assertEquals(seen, ["3000 first, clean"]);
});

Deno.test("what was written goes out before the close frame", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  connection.write("last words");
  connection.close();
  assertEquals(await client.poll(), 'a["last words"]');
  assertEquals(connection.readyState, 2);
  assertEquals(await client.poll(), 'c[1000,"Normal closure"]');
});

Deno.test("a waiting request is answered with the close frame", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const waiting = client.poll();
  await microtasks();
  connection.close(3000, "Go away!");
  assertEquals(await waiting, 'c[3000,"Go away!"]');
});

Deno.test("end writes its message, if there is one, and closes with 1000", async () => {
  using _time = fakeTime();
  const { server } = serve();
  const one = await connect(server, "one");
  one.connection.end("bye");
  assertEquals(await one.client.poll(), 'a["bye"]');
  assertEquals(await one.client.poll(), 'c[1000,"Normal closure"]');
  const two = await connect(server, "two");
  two.connection.end();
  assertEquals(await two.client.poll(), 'c[1000,"Normal closure"]');
  const three = await connect(server, "three");
  three.connection.end("");
  assertEquals(await three.client.poll(), 'a[""]');
});

Deno.test("end with anything but a string is a TypeError", async () => {
  using _time = fakeTime();
  const { connection } = await connect(serve().server);
  assertThrows(() => connection.end(1 as never), TypeError);
});

Deno.test("every request within the disconnect delay gets the same close frame", async () => {
  using time = fakeTime();
  const { client, connection } = await connect(serve().server);
  connection.close(3000, "Go away!");
  for (let waited = 0; waited < 5000; waited += 1000) {
    assertEquals(await client.poll(), 'c[3000,"Go away!"]');
    time.tick(1000);
  }
  assertEquals(await client.poll(), "o");
});

Deno.test("messages to a closing session are accepted and dropped", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const received: string[] = [];
  connection.on("data", (message) => received.push(message));
  connection.close();
  assertEquals(await client.send("late"), 204);
  await client.poll();
  assertEquals(await client.send("later"), 204);
  assertEquals(received, []);
});

Deno.test("close within a listener drops the rest of the same send", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  const received: string[] = [];
  connection.on("data", (message) => {
    received.push(message);
    connection.close();
  });
  await client.send("one", "two", "three");
  assertEquals(received, ["one"]);
});

Deno.test("a websocket gets the close frame, then is closed with what it can carry", async () => {
  const codes: [number, number][] = [[3000, 3000], [1000, 1000], [2010, 1000], [1005, 1000]];
  for (const [code, carried] of codes) {
    using time = fakeTime();
    const runtime = new FakeRuntime();
    const { server } = onRuntime(runtime, () => serve());
    const { connection, socket } = await connectSocket(server, runtime);
    const seen = closings(connection);
    const reason = "r".repeat(200);
    connection.write("x");
    connection.close(code, reason);
    await microtasks();
    assertEquals(socket.sent, ["o", 'a["x"]', `c[${code},"${reason}"]`]);
    assertEquals(socket.closings, [{ code: carried, reason: "r".repeat(123) }]);
    socket.listener.closed(carried, "");
    assertEquals(seen, [`${code} ${reason}, clean`]);
    assertEquals(time.next(), false);
  }
});

Deno.test("a raw websocket is closed without a frame", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  const { server } = onRuntime(runtime, () => serve());
  const { connection, socket } = await connectSocket(server, runtime, "/echo/websocket");
  connection.write('"x"');
  connection.close(3000, "Go away!");
  await microtasks();
  assertEquals(socket.sent, ['"x"']);
  assertEquals(socket.closings, [{ code: 3000, reason: "Go away!" }]);
});

Deno.test("on websockets, close has the client's code, and only 1006 is not clean", async () => {
  const codes: [number, string, string][] = [
    [1000, "", "1000 , clean"],
    [1001, "Going away", "1001 Going away, clean"],
    [1005, "", "1005 , clean"],
    [1006, "", "1006 , not clean"],
    [3999, "mine", "3999 mine, clean"],
  ];
  for (const [code, reason, calls] of codes) {
    using time = fakeTime();
    const runtime = new FakeRuntime();
    const { server } = onRuntime(runtime, () => serve());
    const { connection, socket } = await connectSocket(server, runtime);
    const seen = closings(connection);
    socket.listener.closed(code, reason);
    assertEquals(seen, [calls]);
    assertEquals([connection.readyState, connection.write("x")], [3, false]);
    assertEquals(time.next(), false);
  }
});
