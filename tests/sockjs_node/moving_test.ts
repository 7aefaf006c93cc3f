/** The programs of `examples/sockjs_node/`, from sockjs-node to this package, do the same. */

import { assertEquals } from "@std/assert";
import { onEachNode, transports } from "./sample_server.ts";

for (const program of ["before.cjs", "after.cjs", "web_api.mjs"]) {
  const path = `../../../examples/sockjs_node/${program}`;
  onEachNode(path, "a message goes to every client, on each transport", async (server) => {
    await using listener = await server.connect("/chat", "websocket");
    for (const transport of transports) {
      await using client = await server.connect("/chat", transport);
      client.send(transport);
      assertEquals(await client.receive(1), [transport]);
      assertEquals(await listener.receive(1), [transport]);
    }
    const response = await fetch(server.url("/"));
    assertEquals(await response.text(), "Hello");
  });
}
