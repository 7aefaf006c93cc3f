/** Section 8: the services that protocol suites expect. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";

for (
  const service of ["/echo", "/disabled_websocket_echo", "/cookie_needed_echo"]
) {
  fact("8", `${service} gives back what it gets`, async (server) => {
    const session = await server.xhr(service).open();
    await session.send("x");
    assertEquals(await session.poll(), `a["x"]\n`);
  });
}

fact("8", "/close closes each connection at once", async (server) => {
  const session = await server.xhr("/close").open();
  assertEquals(await session.poll(), `c[3000,"Go away!"]\n`);
  const socket = await server.websocketSession("/close");
  assertEquals(await socket.message(), `c[3000,"Go away!"]`);
  assertEquals(await socket.closed(), { code: 3000, reason: "Go away!" });
});

fact("8", "/ticker ticks", async (server) => {
  const session = await server.xhr("/ticker").open();
  const socket = await server.websocketSession("/ticker");
  assertEquals(await session.poll(), `a["tick!"]\n`);
  assertEquals(await socket.message(), `a["tick!"]`);
  assertEquals(await session.poll(), `a["tick!"]\n`);
}, { waits: true });

fact("8", "/broadcast sends to all connections", async (server) => {
  const one = await server.xhr("/broadcast").open();
  const two = await server.websocketSession("/broadcast");
  const three = await server.websocket("/broadcast/websocket");
  await one.send("x");
  assertEquals(await one.poll(), `a["x"]\n`);
  assertEquals(await two.message(), `a["x"]`);
  assertEquals(await three.message(), "x");
});

for (
  const [message, length] of [
    ["1", 2],
    ["2", 4],
    ["10", 1024],
    ["18", 262144],
    ["0", 2],
    ["19", 2],
    ["-1", 2],
    ["x", 2],
    ["", 2],
  ] as const
) {
  fact("8", `/amplify makes ${length} of "${message}"`, async (server) => {
    const session = await server.xhr("/amplify").open();
    await session.send(message);
    assertEquals(await session.poll(), `a["${"x".repeat(length)}"]\n`);
  });
}
