/** Tests of how the client chooses a transport among those that the server allows. */

import { assertEquals } from "@std/assert";
import { onEachHost } from "../every_transport.ts";
import { StockClient } from "../../support/stock_client.ts";

onEachHost("chooses websocket when all is possible", async (server) => {
  await using client = await StockClient.open(server.url("/echo"));
  assertEquals(client.openedOver, "websocket");
});

onEachHost(
  "leaves websocket out when info says that it is off",
  async (server) => {
    const url = server.url("/disabled_websocket_echo");
    await using client = await StockClient.open(url);
    assertEquals(client.openedOver, "xhr-streaming");
    assertEquals(await server.endpoints(client.id, 1), ["xhr_streaming"]);
  },
);

onEachHost(
  "falls back to xhr-polling when a websocket is refused",
  async (server) => {
    const given = ["websocket", "xhr-polling"];
    const url = server.url("/promises_websocket");
    await using client = await StockClient.open(url, given);
    assertEquals(client.openedOver, "xhr-polling");
    assertEquals(await server.opened(client.id), [
      { service: "/disabled_websocket_echo", protocol: "xhr-polling" },
    ]);
    const [first] = await server.requests(client.id, 1);
    assertEquals([first?.endpoint, first?.status], ["websocket", 404]);

    client.send("hello");
    assertEquals(await client.receive(1), ["hello"]);
  },
);

onEachHost("goes on after a transport that is off", async (server) => {
  // Without eventsource: the client's timeouts pile up over its refusal.
  const given = ["websocket", "xhr-streaming", "xhr-polling"];
  const url = server.url("/polling_only");
  await using client = await StockClient.open(url, given);
  assertEquals(client.openedOver, "xhr-polling");
  const [first, second] = await server.requests(client.id, 2);
  assertEquals([first?.endpoint, first?.status], ["xhr_streaming", 404]);
  assertEquals([second?.endpoint, second?.status], ["xhr", 200]);
});

onEachHost("gives up when nothing lives at the URL", async (server) => {
  const client = new StockClient(server.url("/nothing"));
  assertEquals(await client.closed(), {
    code: 1002,
    reason: "Cannot connect to server",
    wasClean: false,
  });
});
