/** Topics and broadcasts across processes of Deno, Bun and Node, as their clients see them. */

import { assertEquals } from "@std/assert";
import type { TestServer } from "../support/test_server.ts";
import { TopicClient } from "../support/topic_client.ts";
import { until } from "../support/until.ts";
import { newTopic, numbered, TopicProcesses } from "./topic_processes.ts";

const processes = await TopicProcesses.start({});
const { servers } = processes;
const [, bun, , node20] = servers as [TestServer, TestServer, TestServer, TestServer];

Deno.test.afterAll(() => processes[Symbol.asyncDispose]());

const test = (name: string, run: () => Promise<void>) => processes.test(name, run);
const subscribers = (service: string, ...topics: string[]) =>
  processes.subscribers(service, ...topics);

test("a publisher gets its own message once from the server, and not from its connection", async () => {
  const topic = newTopic();
  const clients = await subscribers("/one", topic);
  for (const [at, publisher] of clients.entries()) {
    await publisher.ask("publish", topic, `${at} by connection`);
    await publisher.ask("publishToAll", topic, `${at} by server`);
    await publisher.ask("publishToAll", topic, `${at} end`);
    for (const client of clients) {
      const others = client === publisher ? [] : [`${at} by connection`];
      assertEquals(await client.upTo(`${at} end`), [...others, `${at} by server`, `${at} end`]);
    }
  }
});

test("every subscriber of every process gets every message once", async () => {
  const topic = newTopic();
  const clients = [...await subscribers("/one", topic), ...await subscribers("/one", topic)];
  for (const server of servers) {
    clients.push(await TopicClient.openBy("raw", server, "/one", topic));
  }
  const publishers = await subscribers("/one");
  for (const [at, publisher] of publishers.entries()) {
    await publisher.ask("publish", topic, `${at}`);
    for (const client of clients) assertEquals(await client.next(), `${at}`);
  }
  await publishers[0]!.ask("publish", topic, "end");
  for (const client of clients) assertEquals(await client.upTo("end"), ["end"]);
});

test("who unsubscribes in a listener gets nothing that is published after it", async () => {
  const topic = newTopic();
  const [first, second, ...others] = await subscribers("/one", topic);
  await second!.ask("when", topic, ["unsubscribe", topic]);
  await first!.ask(
    "when",
    topic,
    ["publishToAll", topic, "1"],
    ["unsubscribe", topic],
    ["publishToAll", topic, "2"],
    ["subscribe", topic],
    ["publishToAll", topic, "3"],
  );
  await first!.ask("go", topic);
  await processes.settled();
  await others[0]!.ask("publishToAll", topic, "end");
  // What the one publishes and what the other does has no common order.
  assertEquals((await first!.upTo("end")).sort(), ["1", "3", "end"]);
  for (const each of [second!, ...others]) {
    assertEquals((await each.upTo("end")).sort(), ["1", "2", "3", "end"]);
  }
});

test("who unsubscribes while another process publishes gets nothing after that", async () => {
  const [topic, another] = [newTopic(), newTopic()];
  const [publisher, ...clients] = await subscribers("/one", topic, another);
  const steady = await TopicClient.open(bun, "/one", topic);
  const published = publisher!.ask("publishMany", topic, "m", 2000, 20);
  const firsts = await Promise.all(clients.map((client) => client.next()));
  assertEquals(firsts, clients.map(() => "m 1"));
  for (const client of clients) await client.ask("unsubscribe", topic);
  const got = await steady.upTo("m 2000");
  assertEquals(got, numbered("m", 1, 2000));
  await published;
  await publisher!.ask("publishToAll", topic, "later");
  await publisher!.ask("publishToAll", another, "end");
  for (const client of clients) {
    const messages = await client.upTo("end");
    assertEquals(messages, [...numbered("m", 2, messages.length), "end"]);
  }
});

test("a subscriber that comes while others publish gets all from some message on", async () => {
  const topic = newTopic();
  const [publisher] = await subscribers("/one");
  const published = publisher!.ask("publishMany", topic, "m", 2000, 20);
  const clients = await subscribers("/one", topic);
  await published;
  await publisher!.ask("publishToAll", topic, "end");
  for (const client of clients) {
    const got = (await client.upTo("end")).slice(0, -1);
    const first = 2001 - got.length;
    assertEquals(got, numbered("m", first, 2000));
  }
});

test("what is published right after subscribe reaches the subscriber and all others", async () => {
  const topic = newTopic();
  const others = await subscribers("/one", topic);
  for (const [at, server] of servers.entries()) {
    const client = await TopicClient.open(server, "/one");
    await client.tell(["subscribe", topic], ["publishMany", topic, `${at}`, 100, 0]);
    for (const each of [client, ...others]) {
      assertEquals(await each.upTo(`${at} 100`), numbered(`${at}`, 1, 100));
    }
    await client.ask("unsubscribe", topic);
  }
});

test("a connection that ends leaves its topics, whichever way it ends", async () => {
  const topic = newTopic();
  const counters = await subscribers("/one");
  const counts = () =>
    Promise.all(counters.map((each) => each.ask<number>("subscriberCount", topic)));
  const staying = await subscribers("/one", topic);
  const closing = await subscribers("/one", topic);
  const aborting = await subscribers("/one", topic);
  const closed = await subscribers("/one", topic);
  assertEquals(await counts(), [4, 4, 4, 4]);
  for (const client of closing) await client.close();
  for (const client of aborting) client.abort();
  for (const client of closed) await client.tell(["close"]);
  await until(async () => (await counts()).every((count) => count === 1));
  await counters[0]!.ask("publish", topic, "end");
  for (const client of staying) {
    assertEquals(await client.next(), "end");
    await client.close();
  }
  await until(async () => (await counts()).every((count) => count === 0));
});

test("messages keep their order for each publisher and topic, however many publish", async () => {
  const topics = [newTopic(), newTopic()];
  const clients = await subscribers("/one", ...topics);
  const publishers = await subscribers("/one");
  const count = 1500;
  const names = publishers.flatMap((_, at) => topics.map((_, topic) => `${at}-${topic}`));
  for (const [at, publisher] of publishers.entries()) {
    for (const [number, topic] of topics.entries()) {
      await publisher.tell(["publishMany", topic, `${at}-${number}`, count, at * 40]);
    }
  }
  for (const client of clients) {
    const got = new Map(names.map((name) => [name, [] as string[]]));
    for (let messages = 0; messages < names.length * count; messages++) {
      const message = await client.next();
      got.get(message.split(" ")[0]!)!.push(message);
    }
    for (const [name, messages] of got) assertEquals(messages, numbered(name, 1, count));
  }
});

test("except leaves out one connection, and no other of any process", async () => {
  const topic = newTopic();
  const clients = await subscribers("/one", topic);
  for (const [at, publisher] of clients.entries()) {
    const neighbour = await TopicClient.open(servers[at]!, "/one", topic);
    await publisher.ask("publishToAll", topic, `${at}`, "except");
    await publisher.ask("publishToAll", topic, `${at} end`);
    for (const client of [...clients, neighbour]) {
      const others = client === publisher ? [] : [`${at}`];
      assertEquals(await client.upTo(`${at} end`), [...others, `${at} end`]);
    }
    await neighbour.close();
  }
});

test("several servers of one name in one process each get every message once", async () => {
  const topic = newTopic();
  const services = ["/one", "/same_bus", "/own_bus"];
  const clients = (await Promise.all(services.map((each) => subscribers(each, topic)))).flat();
  for (const service of services) {
    for (const server of servers) {
      const publisher = await TopicClient.open(server, service);
      const name = `${service} ${server.host}`;
      await publisher.ask("publish", topic, name);
      await publisher.ask("publish", topic, `${name} end`);
      for (const client of clients) {
        assertEquals(await client.upTo(`${name} end`), [name, `${name} end`]);
      }
    }
  }
});

test("servers of another name, or without a cluster, get nothing", async () => {
  const topic = newTopic();
  const others = [...await subscribers("/other", topic), ...await subscribers("/alone", topic)];
  for (const publisher of await subscribers("/one", topic)) {
    await publisher.ask("publish", topic, "not for others");
    await publisher.ask("broadcast", "not for others");
  }
  for (const service of ["/other", "/alone"]) {
    for (const publisher of await subscribers(service)) {
      await publisher.ask("publish", topic, service);
    }
  }
  // From all processes in one cluster, from the own process alone without one.
  for (const [at, client] of others.entries()) {
    const expected = at < servers.length ? servers.map(() => "/other") : ["/alone"];
    for (const message of expected) assertEquals(await client.next(), message);
  }
});

test("a broadcast reaches all connections of all processes once", async () => {
  const services = ["/one", "/same_bus", "/own_bus"];
  const clients = (await Promise.all(services.map((each) => subscribers(each)))).flat();
  for (const server of servers) clients.push(await TopicClient.openBy("raw", server, "/one"));
  for (const [at, publisher] of clients.entries()) {
    await publisher.ask("broadcast", `${at}`);
    await publisher.ask("broadcast", `${at} end`);
    for (const client of clients) {
      assertEquals(await client.upTo(`${at} end`), [`${at}`, `${at} end`]);
    }
  }
});

test("a message arrives as it was published, whatever its characters and its length", async () => {
  const topic = newTopic();
  const everyUnit = Array.from(
    { length: 16 },
    (_, block) =>
      String.fromCharCode(...Array.from({ length: 4096 }, (_, unit) => block * 4096 + unit)),
  );
  const messages = [
    "",
    "\ud800x\udc00",
    "\u2028\u2029\u0085",
    '\u0000\n\r\t\\"',
    "\u{1f600}",
    '{"from":"x"}\n"y"',
    ...everyUnit,
    "x".repeat(1024 * 1024),
    "\u20ac".repeat(100_000),
  ];
  const clients = await subscribers("/one", topic);
  const raw = await Promise.all(
    servers.map((each) => TopicClient.openBy("raw", each, "/one", topic)),
  );
  await processes.settled();
  for (const [at, message] of messages.entries()) {
    await clients[at % clients.length]!.ask("publishToAll", topic, message);
    for (const client of clients) assertEquals(await client.next() === message, true, `${at}`);
    // A lone surrogate has no bytes.
    const wellFormed = new TextDecoder().decode(new TextEncoder().encode(message));
    for (const client of raw) assertEquals(await client.next() === wellFormed, true, `${at}`);
  }
});

test("a topic may have any name, and is no other topic", async () => {
  const topics = ["", "__proto__", "constructor", "x".repeat(256), "\ud800", "\udc00", "\ufffd"];
  topics.push("\u0000", "a\nb", "\u{1f600}", "one:b", "b", "sj:one:b", '"', "\\ud800");
  const clients = await subscribers("/one", ...topics);
  for (const [at, topic] of topics.entries()) {
    await clients[at % clients.length]!.ask("publishToAll", topic, JSON.stringify(topic));
  }
  for (const client of clients) {
    assertEquals(await client.ask("subscriptions"), topics);
    const got: string[] = [];
    while (got.length < topics.length) got.push(await client.next());
    assertEquals(got.sort(), topics.map((topic) => JSON.stringify(topic)).sort());
  }
  const alone = await TopicClient.open(node20, "/one", "\ud800");
  await processes.settled();
  for (const topic of [...topics.slice(5), "\ud800"]) {
    await clients[0]!.ask("publishToAll", topic, JSON.stringify(topic));
  }
  assertEquals(await alone.next(), JSON.stringify("\ud800"));
});

test("nothing of this is an interruption, so no server tells a gap", async () => {
  for (const server of servers) {
    assertEquals(await processes.gaps(server), [0, 0, 0, 0, 0], server.host);
  }
});
