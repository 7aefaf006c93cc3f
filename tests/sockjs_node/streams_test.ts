/** Tests of connections as Node streams, on each version of Node. */

import { assertEquals } from "@std/assert";
import { onEachNode as onEachNodeWith, type SampleServer } from "./sample_server.ts";

function onEachNode(sentence: string, test: (server: SampleServer) => Promise<void>): void {
  onEachNodeWith("streams.mjs", sentence, test);
}

/** Sends two messages to a service and goes; gives the line that it then prints. */
async function afterwards(server: SampleServer, prefix: string): Promise<string | undefined> {
  const client = await server.connect(prefix, "websocket");
  client.send("a", "b");
  client.close();
  return (await server.printed(1))[0];
}

onEachNode("pipes to a transform and from it", async (server) => {
  await using client = await server.connect("/pipe", "websocket");
  client.send("one", "two");
  assertEquals(await client.receive(2), ["ONE", "TWO"]);
  assertEquals(await server.printed(1), ["true"]);
});

for (const prefix of ["/pipe_from", "/pipeline_from"]) {
  onEachNode(`${prefix.slice(1)} a readable, and closes at its end`, async (server) => {
    const client = await server.connect(prefix, "websocket");
    assertEquals(await client.receive(3), ["one", "two", "three"]);
    assertEquals(await client.closed(), { code: 1000, reason: "Normal closure", wasClean: true });
    if (prefix === "/pipeline_from") assertEquals(await server.printed(1), ["well"]);
  });
}

onEachNode("a pipeline back to the client ends early when that goes", async (server) => {
  await using client = await server.connect("/pipeline_through", "websocket");
  client.send("one");
  assertEquals(await client.receive(1), ["ONE"]);
  client.close();
  assertEquals(await server.printed(1), ["ERR_STREAM_PREMATURE_CLOSE"]);
});

onEachNode("a slow target gets all that came before the end", async (server) => {
  const messages = Array.from({ length: 100 }, (_, i) => `${i},`);
  const client = await server.connect("/pipeline_to", "websocket");
  client.send(...messages);
  client.close();
  const lines = await server.printed(2);
  assertEquals(lines.toSorted(), [`${messages.join("")} well`, "false 3"]);
});

onEachNode("a pipeline through a generator gets all messages", async (server) => {
  assertEquals(await afterwards(server, "/pipeline_generator"), "1 a2 b well");
});

onEachNode("a pipeline that fails closes the connection", async (server) => {
  const client = await server.connect("/pipeline_fails", "websocket");
  client.send("one");
  assertEquals(await client.closed(), { code: 1000, reason: "Normal closure", wasClean: true });
  assertEquals(await server.printed(1), ["full"]);
});

onEachNode(
  "a pipe that fails closes the connection with 1011, and ends no other",
  async (server) => {
    await using other = await server.connect("/iterate", "websocket");
    const client = await server.connect("/pipe_fails", "websocket");
    client.send("one");
    assertEquals(await client.closed(), { code: 1011, reason: "Internal error", wasClean: true });
    other.send("x");
    assertEquals(await other.receive(1), ["again x"]);
    assertEquals(await server.printed(1), ["full"]);
  },
);

onEachNode("a target that closes while the pipe waits leaves a live connection", async (server) => {
  const client = await server.connect("/target_closes", "websocket");
  client.send("one", "two", "three");
  assertEquals(await client.receive(1), ["closed"]);
  client.close();
  assertEquals(await server.printed(1), ["told"]);
});

onEachNode("a pipe from a connection that is over leaves nothing at its target", async (server) => {
  assertEquals(await afterwards(server, "/pipe_late"), "true");
});

onEachNode("finished tells of the end", async (server) => {
  assertEquals(await afterwards(server, "/finished"), "well");
});

onEachNode("finished tells of an end that has been", async (server) => {
  assertEquals(await afterwards(server, "/finished_late"), "ERR_STREAM_PREMATURE_CLOSE");
});

onEachNode("Readable.wrap makes a readable of it", async (server) => {
  assertEquals(await afterwards(server, "/wrap"), "ab");
});

onEachNode("a loop reads all messages", async (server) => {
  await using client = await server.connect("/iterate", "websocket");
  client.send("one", "two");
  assertEquals(await client.receive(2), ["again one", "again two"]);
  client.close();
  assertEquals(await server.printed(1), ["no more"]);
});

onEachNode("a source waits for a client that takes less than it gives", async (server) => {
  const client = await server.connect("/flood", "websocket");
  const chunks = await client.receive(200);
  assertEquals(chunks.every((chunk) => chunk === "x".repeat(16 * 1024)), true);
  await client.closed();
  assertEquals(await server.printed(1), ["true"]);
});
