/**
 * Tests of servers that were written for sockjs-node, unchanged except for the package's name: the
 * samples of its READMEs, and echo servers under the usual frameworks.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { onEachNode, transports } from "./sample_server.ts";

/** Of versions whose samples are the same, the last has its name here. */
const echoSamples = [
  "readme_0.0.0.cjs",
  "readme_0.0.5.cjs",
  "readme_0.0.5_footnote.cjs",
  "readme_0.1.0.cjs",
  "readme_0.1.2.cjs",
  "readme_0.2.0.cjs",
  "readme_0.2.1.cjs",
  "readme_0.3.10.cjs",
  "readme_0.3.18.cjs",
  "readme_0.3.24.cjs",
  "readme_0.4.cjs",
  "express.cjs",
  "express_middleware.cjs",
  "koa.mjs",
  "fastify.mjs",
];
for (const sample of echoSamples) {
  onEachNode(sample, "echoes over each transport", async (server) => {
    for (const transport of transports) {
      await using client = await server.connect("/echo", transport);
      client.send("hello", "", "\u{1f600}\u2028");
      assertEquals(await client.receive(3), ["hello", "", "\u{1f600}\u2028"], transport);
    }
  });
}

const printingSamples: [sample: string, opened: string][] = [
  ["readme_0.0.5_api.cjs", "open"],
  ["readme_0.3.24_api.cjs", "connection"],
  ["readme_0.4_api.cjs", "connection"],
];
for (const [sample, opened] of printingSamples) {
  onEachNode(sample, "prints what happens on each transport", async (server) => {
    let count = 0;
    for (const transport of transports) {
      await using client = await server.connect("/echo", transport);
      client.send("hello");
      await server.printed(count += 2);
      client.close();
      const [open = "", message, close] = (await server.printed(count += 1)).slice(-3);
      assertMatch(open, new RegExp(`^${opened}<SockJSConnection [0-9a-f-]{36}>$`));
      const connection = open.slice(opened.length);
      assertEquals(message, `message ${connection} hello`, transport);
      assertEquals(close?.split(" {")[0], `close ${connection}`, transport);
    }
  });
}

const responses: [sample: string, path: string, status: number, body: string][] = [
  ["readme_0.0.0.cjs", "/", 404, "Not found."],
  ["readme_0.0.5_footnote.cjs", "/", 404, "404 not found"],
  ["readme_0.0.5_footnote.cjs", "/echofoo", 404, "404 not found"],
  ["express.cjs", "/", 200, "Hello from Express"],
  ["express_middleware.cjs", "/", 200, "Hello from Express"],
  ["koa.mjs", "/", 200, "Hello from Koa"],
  ["fastify.mjs", "/", 200, "Hello from Fastify"],
];
for (const [sample, path, status, body] of responses) {
  onEachNode(sample, `answers ${path} itself`, async (server) => {
    const response = await fetch(server.url(path));
    assertEquals([response.status, await response.text()], [status, body]);
  });
}

onEachNode("express.cjs", "gets bodies as they come", async (server) => {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(server.url("/sum"), { method: "POST", headers, body: "[1,2]" });
  assertEquals(await response.text(), "3");
});

onEachNode("readme_0.0.5_footnote.cjs", "ends an upgrade elsewhere itself", async (server) => {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  const head =
    "GET /other HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  await connection.write(new TextEncoder().encode(head));
  assertEquals(await connection.read(new Uint8Array(1)), null);
});

onEachNode("multiplex.cjs", "serves two channels through each transport", async (server) => {
  for (const [i, transport] of transports.entries()) {
    await using client = await server.connect("/multiplex", transport);
    client.send("sub,ann", "sub,bob");
    client.send("msg,ann,one, two", "msg,bob,three", "uns,bob", "msg,ann,four");
    const expected = [
      "msg,ann,Ann says hi!",
      "msg,bob,Bob doesn't agree.",
      "msg,ann,Ann nods: one, two",
      "msg,bob,Bob says no to: three",
      "msg,ann,Ann nods: four",
    ];
    assertEquals(await client.receive(5), expected, transport);
    assertEquals((await server.printed(i + 1)).at(-1), "Bob is gone");
  }
});
