import { assert, assertEquals } from "@std/assert";
import type { RequestRuntime, SocketListener } from "../../../src/runtimes/runtime.ts";
import { FakeSocket, handshake, onRuntime } from "../../support/fake_runtime.ts";
import { PollingClient, serve } from "../../support/polling_client.ts";

Deno.test("the list of connections has those that are open, and no method to change it", async () => {
  const { server } = serve();
  const client = new PollingClient(server);
  assertEquals([server.connections.size, Object.keys(server.connections)], [0, ["size"]]);
  await client.poll();
  const [connection] = server.connections;
  assertEquals([server.connections.size, connection?.readyState], [1, 1]);
  connection!.close();
  await client.poll();
  assertEquals([...server.connections], []);
  await server.close({ timeout: 0 });
});

Deno.test("a websocket that opens after the server's close is closed, and given to no listener", async () => {
  let listener: SocketListener | undefined;
  const runtime: RequestRuntime = {
    endpoints: () => ({}),
    upgrade: (opening) => {
      listener = opening;
      return new Response("upgraded");
    },
  };
  const { server } = onRuntime(runtime, () => serve());
  server.on("connection", () => assert(false));
  await server.handle(handshake("http://host/echo/a/b/websocket"));
  await server.close();
  const socket = new FakeSocket(listener!);
  listener!.opened(socket);
  await Promise.resolve();
  assertEquals(server.connections.size, 0);
  assertEquals([socket.sent, socket.closings.length], [
    ["o", 'c[1001,"Server is shutting down"]'],
    1,
  ]);
});
