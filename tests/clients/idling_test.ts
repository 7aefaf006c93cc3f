/** Tests that sessions without messages stay open. */

import { assertEquals } from "@std/assert";
import {
  type ClientTransport,
  clientTransports,
  onEachTransport,
  type Stage,
  stageOf,
  theEnd,
} from "./every_transport.ts";
import { presentHosts } from "../support/hosts.ts";

/** The default heartbeat delay fits into it twice, in ms. */
const idleTime = 60_000;

const outcomes = new Map<string, Promise<void>>();
const keyOf = (host: string, transport: ClientTransport) => `${host} ${transport.name}`;

/** Lets all of them idle at once, so that it takes the time of one. */
async function idleEverywhere(): Promise<void> {
  for (const host of presentHosts) {
    for (const transport of clientTransports) {
      outcomes.set(keyOf(host, transport), stageOf(host, transport).then(idle));
    }
  }
  // At the end of a test, Deno cuts the HTTP requests that it began.
  await Promise.allSettled(outcomes.values());
}

async function idle(stage: Stage): Promise<void> {
  const start = performance.now();
  // With default options.
  await using client = await stage.connect("/command");
  // The client takes the prelude of xhr-streaming for a heartbeat.
  const atOpen = client.heartbeats;
  await client.heartbeat(atOpen + 2, idleTime);
  const rest = idleTime - (performance.now() - start);
  // Nothing else may come in this time.
  await new Promise((resolve) => setTimeout(resolve, rest));
  assertEquals(client.heartbeats, atOpen + 2);
  client.send(JSON.stringify({ write: ["awake"] }));
  assertEquals(await client.receive(1), ["awake"]);
  // One session from first to last.
  assertEquals(await stage.server.opened(client.id), [
    { service: "/command", protocol: stage.transport.name },
  ]);
}

onEachTransport("is alive after 60 s of silence", async (stage) => {
  if (outcomes.size === 0) await idleEverywhere();
  await outcomes.get(keyOf(stage.host, stage.transport));
});

theEnd();
