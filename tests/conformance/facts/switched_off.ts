/** Section 1: disabled transports. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { handshake } from "../../support/raw_websocket.ts";
import { jsonp, streams, xhr } from "../../support/receiving_transports.ts";

const off: readonly [method: string, path: string][] = [
  ["GET", "/disabled_websocket_echo/websocket"],
  ["GET", "/disabled_websocket_echo/000/ID/websocket"],
  ["POST", "/disabled_websocket_echo/000/ID/websocket"],
  ["POST", "/websocket_only/000/ID/xhr"],
  ["OPTIONS", "/websocket_only/000/ID/xhr"],
  ["OPTIONS", "/websocket_only/000/ID/xhr_send"],
  ["GET", "/websocket_only/000/ID/xhr_send"],
  ["OPTIONS", "/jsonp_only/000/ID/xhr_send"],
  ["GET", "/jsonp_only/000/ID/websocket"],
  ["GET", "/websocket_only/000/ID/eventsource"],
  ["GET", "/websocket_only/000/ID/htmlfile?c=x"],
  ["GET", "/websocket_only/000/ID/jsonp?c=x"],
  ["POST", "/websocket_only/000/ID/jsonp_send"],
  ["GET", "/websocket_only/websocket"],
  ["GET", "/jsonp_only/000/ID/eventsource"],
  ["GET", "/jsonp_only/000/ID/htmlfile?c=x"],
  ["POST", "/jsonp_only/000/ID/xhr_streaming"],
  ["POST", "/only_xhr-polling/000/ID/xhr_streaming"],
  ["OPTIONS", "/only_xhr-polling/000/ID/xhr_streaming"],
  ["POST", "/only_xhr-streaming/000/ID/xhr"],
  ["GET", "/only_xhr-streaming/000/ID/eventsource"],
  ["GET", "/only_eventsource/000/ID/htmlfile?c=x"],
  ["GET", "/only_htmlfile/000/ID/eventsource"],
  ["GET", "/only_htmlfile/000/ID/jsonp?c=x"],
  ["GET", "/only_htmlfile/000/ID/jsonp_send"],
  ["POST", "/only_htmlfile/000/ID/jsonp_send"],
  ["OPTIONS", "/without_polling/000/ID/xhr"],
  ["POST", "/without_polling/000/ID/xhr"],
];

for (const [method, path] of off) {
  fact("1", `${method} ${path}, switched off, is not found`, async (server) => {
    const it = path.replace("ID", server.newId());
    assertEquals((await server.request({ method, path: it })).status, 404);
  });
}

for (const path of ["/websocket", "/000/ID/websocket"]) {
  fact(
    "1",
    `a handshake at ${path}, switched off, is not found`,
    async (server) => {
      const it = path.replace("ID", server.newId());
      const { status } = await server.get(
        `/disabled_websocket_echo${it}`,
        handshake,
      );
      assertEquals(status, 404);
    },
  );
}

fact("1", "xhr_send stays while something sends through it", async (server) => {
  const path = `/without_polling/000/${server.newId()}/xhr_send`;
  assertEquals((await server.options(path)).status, 204);
});

for (const transport of [xhr, ...streams]) {
  fact("1", `xhr_send stays with ${transport.name} as the only transport`, async (server) => {
    const session = server.http(`/only_${transport.protocol}`);
    const response = await session.attached(transport);
    await session.send("x");
    assertEquals(await response.frame(), `a["x"]`);
  });
}

fact("1", "jsonp_send stays with jsonp as the only transport", async (server) => {
  const session = server.http("/jsonp_only");
  const response = await session.attached(jsonp);
  assertEquals((await session.sendJsonp(`["x"]`)).status, 200);
  assertEquals(await response.frame(), `a["x"]`);
});

fact("1", "transports that are not disabled work", async (server) => {
  await server.xhr("/disabled_websocket_echo").open();
  await server.websocketSession("/websocket_only");
});
