import { assertEquals } from "@std/assert";
import type { Connection } from "../../../src/connection/connection.ts";
import { Server } from "../../../src/server/server.ts";
import { FakeRuntime, onRuntime } from "../../support/fake_runtime.ts";
import { fakeTime } from "../../support/fake_time.ts";
import { PollingClient } from "../../support/polling_client.ts";

/** The address of the server's own end, as a connection of the server shows it. */
async function addressOn(server: Server): Promise<unknown> {
  const connected = Promise.withResolvers<Connection>();
  server.on("connection", connected.resolve);
  await new PollingClient(server).poll();
  return (await connected.promise).address;
}

Deno.test("a server stays on the runtime that was set when it was made", async () => {
  using _time = fakeTime();
  const runtime = new FakeRuntime();
  runtime.endsOfAll = { local: { address: "10.0.0.1", port: 80 } };
  const server = onRuntime(runtime, () => new Server({ prefix: "/echo" }));
  assertEquals(await addressOn(server), { address: "10.0.0.1", port: 80 });
  assertEquals(await addressOn(new Server({ prefix: "/echo" })), undefined);
});
