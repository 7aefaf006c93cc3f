/** Tests of connections that the client or the server closes. */

import { assertEquals } from "@std/assert";
import { onEachTransport, type Stage } from "../every_transport.ts";
import type { ClientClose } from "../../support/stock_client.ts";

onEachTransport("closes with its own code and reason", async (stage) => {
  const { transport, server } = stage;
  await using client = await stage.connect("/echo");
  client.send("hello");
  assertEquals(await client.receive(1), ["hello"]);
  // Now the server knows that this client listens, whatever the transport.
  await server.requests(client.id, transport.requests.length);

  client.close(3001, "Enough");
  assertEquals(await client.closed(), {
    code: 3001,
    reason: "Enough",
    wasClean: true,
  });
  // The client keeps its code to itself: a websocket is closed with 1000, all
  // other transports are cut.
  assertEquals(await server.closed(client.id), [
    transport.name === "websocket"
      ? { code: 1000, reason: "", wasClean: true }
      : { code: 1002, reason: "Connection interrupted", wasClean: false },
  ]);
});

onEachTransport(
  "receives 3000 from a service that closes at once",
  async (stage) => {
    await using client = await stage.connect("/close");
    const expected = { code: 3000, reason: "Go away!", wasClean: true };
    assertEquals(await client.closed(), expected);
    assertEquals(await stage.server.closed(client.id), [expected]);
  },
);

onEachTransport("receives 1000 for a close without a code", async (stage) => {
  await closes(stage, [], {
    code: 1000,
    reason: "Normal closure",
    wasClean: true,
  });
});

onEachTransport("receives any code and reason of a close", async (stage) => {
  const reason = `"R\u00e9ason" \\ \u{1f600}`;
  for (const code of [1001, 1005, 2345, 4999, 65535]) {
    await closes(stage, [code, reason], { code, reason, wasClean: true });
  }
});

onEachTransport("receives what was written before a close", async (stage) => {
  await using client = await stage.connect("/command");
  client.send(JSON.stringify({ write: ["one", "two"], close: [3100, "Done"] }));
  const expected = { code: 3100, reason: "Done", wasClean: true };
  assertEquals(await client.closed(), expected);
  assertEquals(client.unread, ["one", "two"]);
});

async function closes(
  stage: Stage,
  close: [code?: number, reason?: string],
  expected: ClientClose,
): Promise<void> {
  await using client = await stage.connect("/command");
  client.send(JSON.stringify({ close }));
  assertEquals(await client.closed(), expected);
  assertEquals(await stage.server.closed(client.id), [expected]);
}
