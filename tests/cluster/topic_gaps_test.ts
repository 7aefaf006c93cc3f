/** Which interruptions make servers of a cluster tell a gap, and that they go on afterwards. */

import { assertEquals } from "@std/assert";
import type { TestServer } from "../support/test_server.ts";
import { until } from "../support/until.ts";
import { newTopic, numbered, TopicProcesses } from "./topic_processes.ts";

const processes = await TopicProcesses.start({ peerTimeout: 6000, maxQueued: 4 * 1024 * 1024 });
const { servers } = processes;
const [deno, bun, node24, node20] = servers as [TestServer, TestServer, TestServer, TestServer];

Deno.test.afterAll(() => processes[Symbol.asyncDispose]());

const test = (name: string, run: () => Promise<void>) => processes.test(name, run);
const subscribers = (service: string, ...topics: string[]) =>
  processes.subscribers(service, ...topics);

test("a process that is frozen for a moment misses nothing", async () => {
  const topic = newTopic();
  const [publisher, ...clients] = await subscribers("/one", topic);
  // More than the system's buffers hold, and less than may wait.
  const name = "m".repeat(2000);
  Deno.kill(bun.pid, "SIGSTOP");
  try {
    await publisher!.ask("publishMany", topic, name, 1000, 10);
  } finally {
    Deno.kill(bun.pid, "SIGCONT");
  }
  for (const client of clients) {
    assertEquals(await client.upTo(`${name} 1000`), numbered(name, 1, 1000));
  }
  for (const server of servers) {
    assertEquals(await processes.gaps(server), [0, 0, 0, 0, 0], server.host);
  }
});

test("a process that misses messages because it is too slow tells a gap, and no other does", async () => {
  const topic = newTopic();
  const clients = await subscribers("/one", topic);
  const before = await Promise.all(servers.map((server) => processes.gaps(server)));
  const long = "x".repeat(512 * 1024);
  Deno.kill(node24.pid, "SIGSTOP");
  try {
    for (let count = 1; count <= 20; count++) {
      await clients[0]!.ask("publishToAll", topic, `${count} ${long}`);
      // The others read along.
      for (const at of [0, 1, 3]) {
        assertEquals((await clients[at]!.next()).slice(0, 3), `${count} ${long}`.slice(0, 3));
      }
    }
  } finally {
    Deno.kill(node24.pid, "SIGCONT");
  }
  await until(async () => (await processes.gaps(node24))[0]! > before[2]![0]!);
  for (const at of [0, 1, 3]) assertEquals(await processes.gaps(servers[at]!), before[at]);
  // From then on it gets all.
  await clients[0]!.ask("publishToAll", topic, "end");
  const got = await clients[2]!.upTo("end");
  assertEquals(got.length < 21, true);
});

test("a process that was frozen for too long and all others tell a gap, and go on", async () => {
  const topic = newTopic();
  const clients = await subscribers("/one", topic);
  const before = await Promise.all(servers.map((server) => processes.gaps(server)));
  Deno.kill(node20.pid, "SIGSTOP");
  try {
    for (const server of [deno, bun, node24]) await processes.reaches(server, 3);
    await clients[0]!.ask("publishToAll", topic, "missed");
    for (const at of [0, 1, 2]) assertEquals(await clients[at]!.next(), "missed");
  } finally {
    Deno.kill(node20.pid, "SIGCONT");
  }
  for (const server of servers) await processes.reaches(server, 4);
  await until(async () => {
    const now = await Promise.all(servers.map((server) => processes.gaps(server)));
    const told = now.map((gaps, at) => gaps.map((gap, service) => gap > before[at]![service]!));
    return told.every((each) => `${each}` === "true,true,true,true,false");
  });
  for (const [at, publisher] of clients.entries()) {
    await publisher.ask("publishToAll", topic, `${at} end`);
    for (const client of clients) assertEquals(await client.upTo(`${at} end`), [`${at} end`]);
  }
});

test("when a process is killed, all others tell a gap, and go on", async () => {
  const topic = newTopic();
  const clients = await subscribers("/one", topic);
  const before = await Promise.all(servers.map((server) => processes.gaps(server)));
  await processes.kill(1);
  clients.splice(1, 1);
  before.splice(1, 1);
  // What it had not sent is lost.
  await until(async () => {
    const now = await Promise.all(servers.map((server) => processes.gaps(server)));
    const told = now.map((gaps, at) => gaps.map((gap, service) => gap > before[at]![service]!));
    return told.every((each) => `${each}` === "true,true,true,true,false");
  });
  for (const server of servers) await processes.reaches(server, 3);
  for (const [at, publisher] of clients.entries()) {
    await publisher.ask("publishToAll", topic, `${at}`);
    for (const client of clients) assertEquals(await client.next(), `${at}`);
  }
});
