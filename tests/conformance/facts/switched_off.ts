/** Section 1: transports that a service does not offer. */

import { assertEquals } from "@std/assert";
import { fact } from "../fact.ts";
import { handshake } from "../raw_websocket.ts";

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

fact("1", "what is not switched off goes on", async (server) => {
  await server.xhr("/disabled_websocket_echo").open();
  await server.websocketSession("/websocket_only");
});
