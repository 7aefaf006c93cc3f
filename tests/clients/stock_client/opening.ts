/** Tests that a connection opens over the transport that the client was given. */

import { assertEquals } from "@std/assert";
import { onEachTransport } from "../every_transport.ts";

onEachTransport("opens over this transport alone", async (stage) => {
  const { transport, server } = stage;
  await using client = await stage.connect("/echo");
  assertEquals(client.openedOver, transport.name);
  assertEquals(await server.opened(client.id), [
    { service: "/echo", protocol: transport.name },
  ]);

  client.send("hello");
  assertEquals(await client.receive(1), ["hello"]);
  const { length } = transport.requests;
  const endpoints = await server.endpoints(client.id, length);
  assertEquals(endpoints.toSorted(), transport.requests);
});

onEachTransport("opens with the cookie of load balancers", async (stage) => {
  await using client = await stage.connect("/cookie_needed_echo");
  client.send("hello");
  assertEquals(await client.receive(1), ["hello"]);

  const { length } = stage.transport.requests;
  for (const request of await stage.server.requests(client.id, length)) {
    // A poll that waits has no response yet.
    if (request.status === 0) continue;
    const sticky = request.endpoint !== "websocket";
    assertEquals(request.cookie, sticky ? "JSESSIONID=dummy; path=/" : null);
  }
});

onEachTransport("opens where base_url sends it", async (stage) => {
  await using client = await stage.connect("/moved");
  assertEquals(await stage.server.opened(client.id), [
    { service: "/echo", protocol: stage.transport.name },
  ]);
  client.send("hello");
  assertEquals(await client.receive(1), ["hello"]);
});
