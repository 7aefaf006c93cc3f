import { assert, assertEquals } from "@std/assert";
import type { Connection } from "../../../src/connection/connection.ts";
import { fakeTime, microtasks, pass } from "../../support/fake_time.ts";
import { closings, connect, serve } from "../../support/polling_client.ts";

const error = new Error("thrown by the application");
const throwing = () => {
  throw error;
};
const rejecting = () => Promise.reject(error);

/** Each event, with what makes it fire. */
const events: [string, (connection: Connection, listener: () => unknown) => unknown][] = [
  ["data", (connection, listener) => connection.on("data", listener)],
  ["message", (connection, listener) => connection.on("message", listener)],
];

for (const [name, listen] of events) {
  for (const [how, listener] of Object.entries({ throws: throwing, rejects: rejecting })) {
    Deno.test(`a listener for ${name} that ${how} closes its connection with 1011`, async () => {
      using _time = fakeTime();
      const { server, log } = serve();
      const { client, connection } = await connect(server);
      const seen = closings(connection);
      listen(connection, listener);
      let received = 0;
      listen(connection, () => received++);
      assertEquals(await client.send("x"), 204);
      await microtasks();
      assertEquals(received, 1, "others did not hear");
      assertEquals(await client.poll(), 'c[1011,"Internal error"]');
      assertEquals(seen, ["1011 Internal error, clean"]);
      assertEquals(log.length, 1);
      assert(log[0]!.startsWith("error ") && log[0]!.includes(error.message), log[0]);
    });
  }
}

for (const [how, listener] of Object.entries({ throws: throwing, rejects: rejecting })) {
  Deno.test(`a listener for connection that ${how} closes that connection, and others are called`, async () => {
    using _time = fakeTime();
    const { server, log } = serve();
    server.on("connection", listener);
    const { client, connection } = await connect(server);
    const received: Connection[] = [];
    server.on("open", (connection) => received.push(connection));
    await microtasks();
    assertEquals(connection.readyState, 2);
    assertEquals(await client.poll(), 'c[1011,"Internal error"]');
    assertEquals(log.length, 1);
    const other = await connect(server, "other");
    assertEquals(received, [other.connection]);
  });

  Deno.test(`a listener for close that ${how} is reported, and others are called`, async () => {
    using time = fakeTime();
    const { server, log } = serve();
    const { connection } = await connect(server);
    connection.on("close", listener);
    const seen = closings(connection);
    await pass(time, 5000);
    assertEquals(seen, ["1006 Connection timed out, not clean"]);
    assertEquals([log.length, server.connections.size], [1, 0]);
  });

  Deno.test(`a listener for drain that ${how} closes its connection with 1011`, async () => {
    using _time = fakeTime();
    const { client, connection } = await connect(serve().server);
    connection.on("drain", listener);
    connection.write("x".repeat(100_000));
    await client.poll();
    await microtasks();
    assertEquals(await client.poll(), 'c[1011,"Internal error"]');
  });
}

Deno.test("one connection's throwing listener leaves all other connections alone", async () => {
  using _time = fakeTime();
  const { server } = serve();
  const one = await connect(server, "one");
  const two = await connect(server, "two");
  one.connection.on("data", throwing);
  two.connection.on("data", (message) => two.connection.write(message));
  await one.client.send("x");
  await two.client.send("y");
  assertEquals(await two.client.poll(), 'a["y"]');
});

Deno.test("the rest of a send is dropped after a listener that throws", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  let received = 0;
  connection.on("data", () => {
    received++;
    throw error;
  });
  await client.send("one", "two");
  assertEquals(received, 1);
});

Deno.test("what the application wrote before it threw still goes out first", async () => {
  using _time = fakeTime();
  const { client, connection } = await connect(serve().server);
  connection.on("data", () => {
    connection.write("last words");
    throw error;
  });
  await client.send("x");
  assertEquals(await client.poll(), 'a["last words"]');
  assertEquals(await client.poll(), 'c[1011,"Internal error"]');
});

Deno.test("a listener for error gets the error itself, and nothing is logged", async () => {
  using _time = fakeTime();
  const { server, log } = serve();
  const calls: unknown[] = [];
  server.on("error", (error) => calls.push(error));
  const { client, connection } = await connect(server);
  connection.on("data", throwing);
  await client.send("x");
  assertEquals([calls, log], [[error], []]);
});

Deno.test("a listener for error that throws or rejects is logged", async () => {
  using _time = fakeTime();
  for (const listener of [throwing, rejecting]) {
    const { server, log } = serve();
    server.on("error", listener);
    const { client, connection } = await connect(server);
    connection.on("data", throwing);
    assertEquals(await client.send("x"), 204);
    await microtasks();
    assertEquals(log.length, 1);
  }
});

Deno.test("a log that throws is ignored", async () => {
  using _time = fakeTime();
  const { server } = serve({ log: throwing });
  const { client, connection } = await connect(server);
  connection.on("data", throwing);
  assertEquals(await client.send("x"), 204);
  assertEquals(await client.poll(), 'c[1011,"Internal error"]');
});

Deno.test("a log that throws does not keep a server from being made", () => {
  const { server } = serve({ log: throwing, faye_server_options: {} });
  assertEquals(server.connections.size, 0);
});

/** What an application can throw, but should not. */
const oddities: Record<string, () => unknown> = {
  "undefined": () => undefined,
  "null": () => null,
  "a string": () => "text",
  "a symbol": () => Symbol("odd"),
  "an object without a prototype": () => Object.create(null),
  "an object whose toString throws": () => ({ toString: throwing }),
  "an error whose stack throws": () =>
    Object.defineProperty(new Error("x"), "stack", { get: throwing }),
  "an error whose stack is no string": () => Object.assign(new Error("x"), { stack: 1 }),
};

for (const [name, make] of Object.entries(oddities)) {
  Deno.test(`a listener may throw ${name}`, async () => {
    using _time = fakeTime();
    const { server, log } = serve();
    const { client, connection } = await connect(server);
    connection.on("data", () => {
      throw make();
    });
    assertEquals(await client.send("x"), 204);
    assertEquals(await client.poll(), 'c[1011,"Internal error"]');
    assertEquals(log.length, 1);
    const other = await connect(server, "other");
    other.connection.write("still here");
    assertEquals(await other.client.poll(), 'a["still here"]');
  });
}

Deno.test("warnings are logged once each, and at most 100 of them", async () => {
  const { server, log } = serve();
  for (let i = 0; i < 300; i++) server.warnOnce(`warning ${i >> 1}`);
  assertEquals(log.length, 101);
  assertEquals(log.slice(99), ["error warning 99", "error No further warnings are logged"]);
  await server.close({ timeout: 0 });
});
