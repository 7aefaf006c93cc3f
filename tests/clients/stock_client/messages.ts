/** Tests that all messages arrive, and in order. */

import { assertEquals } from "@std/assert";
import { onEachTransport } from "../every_transport.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, i) => `${i}`);

onEachTransport("brings 1,000 messages there and back", async (stage) => {
  await using client = await stage.connect("/echo");
  const messages = numbers(1000);
  client.send(...messages);
  assertEquals(await client.receive(1000), messages);
  assertEquals(client.unread, []);
});

onEachTransport("brings ten bursts of 100 there and back", async (stage) => {
  await using client = await stage.connect("/echo");
  for (let burst = 0; burst < 10; burst++) {
    const messages = numbers(100).map((number) => `${burst}: ${number}`);
    client.send(...messages);
    assertEquals(await client.receive(100), messages);
  }
});

onEachTransport("receives each reply to its last message", async (stage) => {
  await using client = await stage.connect("/echo");
  for (const message of numbers(20)) {
    client.send(message);
    assertEquals(await client.receive(1), [message]);
  }
});

onEachTransport(
  "takes 1,000 messages that the server pushes",
  async (stage) => {
    await using client = await stage.connect("/command");
    const messages = numbers(1000);
    client.send(JSON.stringify({ write: messages }));
    assertEquals(await client.receive(1000), messages);
    assertEquals(client.unread, []);
  },
);

onEachTransport("takes bursts of pushes, however they fall", async (stage) => {
  await using client = await stage.connect("/bursts");
  client.send("1000");
  assertEquals(await client.receive(1000), numbers(1000));
  assertEquals(client.unread, []);
});

onEachTransport("loses nothing when responses end", async (stage) => {
  const { transport, server } = stage;
  // Its responses end after 4,096 bytes.
  await using client = await stage.connect("/echo");
  const messages = numbers(200).map((number) => number.padEnd(100, "."));
  client.send(...messages.slice(0, 100));
  assertEquals(await client.receive(100), messages.slice(0, 100));
  client.send(...messages.slice(100));
  assertEquals(await client.receive(100), messages.slice(100));
  assertEquals(client.unread, []);

  const endpoints = await server.endpoints(client.id);
  const receiving = endpoints.filter((each) => each !== "xhr_send");
  assertEquals(receiving.length > 1, transport.name !== "websocket");
});
