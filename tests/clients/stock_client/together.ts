/** Tests of several clients of one server. */

import { assertEquals } from "@std/assert";
import { clientTransports, onEachHost, onEachTransport } from "../every_transport.ts";
import { StockClient } from "../../support/stock_client.ts";

onEachTransport("two clients receive only their own echo", async (stage) => {
  await using first = await stage.connect("/echo");
  await using second = await stage.connect("/echo");
  for (let i = 0; i < 10; i++) {
    first.send(`first ${i}`);
    second.send(`second ${i}`);
    assertEquals(await first.receive(1), [`first ${i}`]);
    assertEquals(await second.receive(1), [`second ${i}`]);
  }
  assertEquals([first.unread, second.unread], [[], []]);
});

onEachTransport("two clients both receive a broadcast", async (stage) => {
  await using first = await stage.connect("/broadcast");
  await using second = await stage.connect("/broadcast");
  first.send("one");
  for (const client of [first, second]) {
    assertEquals(await client.receive(1), ["one"]);
  }
  second.send("two", "three");
  for (const client of [first, second]) {
    assertEquals(await client.receive(2), ["two", "three"]);
  }
  assertEquals([first.unread, second.unread], [[], []]);
});

onEachTransport(
  "a client that has disconnected does not disturb others",
  async (stage) => {
    await using first = await stage.connect("/broadcast");
    const second = await stage.connect("/broadcast");
    second.close();
    await second.closed();
    first.send("still here");
    assertEquals(await first.receive(1), ["still here"]);
  },
);

onEachHost("a broadcast crosses transports", async (server) => {
  await using clients = new AsyncDisposableStack();
  const everyone: StockClient[] = [];
  for (const { name } of clientTransports) {
    const client = await StockClient.open(server.url("/broadcast"), [name]);
    everyone.push(clients.use(client));
  }
  for (const sender of everyone) {
    sender.send(`from ${sender.openedOver}`);
    for (const client of everyone) {
      assertEquals(await client.receive(1), [`from ${sender.openedOver}`]);
    }
  }
});
