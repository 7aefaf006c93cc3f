import { assertEquals, assertThrows } from "@std/assert";
import type { Connection } from "../../../src/connection/connection.ts";
import { PollingClient, serve } from "../../support/polling_client.ts";

/** A server with clients that have got their open frame, and its connections. */
async function opened(count: number, options = {}) {
  const { server } = serve(options);
  const connections: Connection[] = [];
  server.on("connection", (connection) => connections.push(connection));
  const clients = Array.from({ length: count }, (_, at) => new PollingClient(server, `s${at}`));
  for (const client of clients) await client.poll();
  return { server, connections, clients, close: () => server.close({ timeout: 0 }) };
}

Deno.test("what a connection publishes goes to all other subscribers, what the server publishes to all", async () => {
  const { server, connections: [a, b, c], clients, close } = await opened(3);
  a!.subscribe("news");
  b!.subscribe("news");
  a!.publish("news", "from a");
  c!.publish("news", "from c");
  server.publish("news", "from the server");
  server.publish("news", "but not to b", { except: b });
  a!.write("end");
  b!.write("end");
  c!.write("end");
  const frames = await Promise.all(clients.map((client) => client.poll()));
  assertEquals(frames, [
    'a["from c","from the server","but not to b","end"]',
    'a["from a","from c","from the server","end"]',
    'a["end"]',
  ]);
  await close();
});

Deno.test("a connection knows its topics, and leaves all of them when it ends", async () => {
  const { server, connections: [a, b], clients, close } = await opened(2);
  for (const topic of ["x", "y", "x"]) a!.subscribe(topic);
  b!.subscribe("x");
  assertEquals([a!.subscriptions, a!.isSubscribed("x"), b!.isSubscribed("y")], [
    ["x", "y"],
    true,
    false,
  ]);
  assertEquals(server.subscriberCount("x"), 2);
  b!.unsubscribe("x");
  b!.unsubscribe("never");
  assertEquals([b!.subscriptions, server.subscriberCount("x")], [[], 1]);
  a!.close();
  await clients[0]!.poll();
  assertEquals([a!.subscriptions, server.subscriberCount("x")], [[], 0]);
  a!.subscribe("x");
  assertEquals([a!.isSubscribed("x"), server.subscriberCount("x")], [false, 0]);
  await close();
});

Deno.test("a closed connection may publish, as in a listener for its end", async () => {
  const { connections: [a, b], clients, close } = await opened(2);
  b!.subscribe("room");
  a!.on("close", () => a!.publish("room", "a has left"));
  a!.close();
  await clients[0]!.poll();
  assertEquals(await clients[1]!.poll(), 'a["a has left"]');
  await close();
});

Deno.test("topics and messages of other types, and too long ones, are errors of the caller", async () => {
  const { server, connections: [a], close } = await opened(1, {
    maxTopicLength: 3,
    maxSubscriptions: 1,
    maxBufferedBytes: 200,
  });
  assertThrows(() => a!.subscribe("long"), RangeError, "maxTopicLength is 3");
  assertThrows(() => server.publish("long", ""), RangeError, "maxTopicLength is 3");
  assertThrows(() => a!.subscribe(undefined as never), TypeError, "the topic must be a string");
  assertThrows(() => server.publish("x", 1 as never), TypeError, "the message must be a string");
  assertThrows(() => a!.publish("x", "m".repeat(200)), RangeError, "the message takes 202 bytes");
  a!.subscribe("x");
  assertThrows(() => a!.subscribe("y"), RangeError, "maxSubscriptions is 1");
  await close();
});

Deno.test("what is no connection cannot be excepted, and nothing is sent then", async () => {
  const { server, connections: [a, b], clients, close } = await opened(2);
  a!.subscribe("news");
  for (const options of [{ except: [a, b] }, { except: a!.id }, { exept: a }, a, true, null]) {
    assertThrows(() => server.publish("news", "no", options as never), TypeError, "Cannot publish");
  }
  server.publish("news", "yes", { except: undefined });
  assertEquals(await clients[0]!.poll(), 'a["yes"]');
  await close();
});
