/** Tests of a server that disappears without closing its connections. */

import { assertEquals } from "@std/assert";
import { clientsServer, onEachTransport } from "../every_transport.ts";
import { startServer } from "../../support/hosts.ts";
import { ServerUnderTest } from "../server_under_test.ts";
import { StockClient } from "../../support/stock_client.ts";

onEachTransport("is closed when the server has stopped", async (stage) => {
  const { host, transport } = stage;
  await using process = await startServer(host, clientsServer);
  const server = new ServerUnderTest(process);
  await using client = await StockClient.open(
    server.url("/echo"),
    [transport.name],
  );
  client.send("hello");
  assertEquals(await client.receive(1), ["hello"]);
  // It waits for more when the server goes.
  await server.requests(client.id, transport.requests.length);

  const { signal, stderr } = await process.kill();
  assertEquals([signal, stderr], ["SIGKILL", ""]);
  if (!transport.noticesTheEnd) client.send("Is anybody there?");
  const { code, wasClean } = await client.closed();
  assertEquals([code, wasClean], [1006, false]);
});
