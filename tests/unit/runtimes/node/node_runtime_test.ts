import { assertEquals } from "@std/assert";
import { PlainResponse } from "../../../../src/http/plain_response.ts";
import { runtimeOf, type SocketListener } from "../../../../src/runtimes/runtime.ts";
import { nodeRuntime, upgradeRuntime } from "../../../../src/runtimes/node/node_runtime.ts";
import { alreadySent } from "../../../../src/runtimes/node/sink.ts";
import { exchange, FakeSocket } from "./fake_messages.ts";

const request = new Request("http://host/");
const listener = {} as SocketListener;

/** An upgrade request that notes what becomes of it. */
function upgradeRequest() {
  const calls: unknown[] = [];
  const accept = (listener: SocketListener) => calls.push(listener);
  return { calls, accept, decline: () => calls.push("declined") };
}

/** What both runtimes report of a socket. */
const ends = (socket: FakeSocket) => [
  nodeRuntime.endpoints(request, exchange({ socket }).info),
  upgradeRuntime.endpoints(request, { socket }),
];

Deno.test("both ends are those of the socket", () => {
  const expected = {
    remote: { address: "192.0.2.1", port: 1234 },
    local: { address: "192.0.2.2", port: 80 },
  };
  assertEquals(ends(new FakeSocket()), [expected, expected]);
});

Deno.test("of a socket that is gone, or one without addresses, the ends are unknown", () => {
  const socket = new FakeSocket();
  socket.remoteAddress = socket.remotePort = undefined;
  socket.localAddress = socket.localPort = undefined;
  const expected = { remote: undefined, local: undefined };
  assertEquals(ends(socket), [expected, expected]);
});

Deno.test("no timeout cuts off a response that is expected to wait", () => {
  const socket = new FakeSocket();
  socket.timeout = 500;
  const { info } = exchange({ socket });
  nodeRuntime.suspendIdleTimeout?.(request, info, Infinity);
  assertEquals(socket.timeout, 0);
  nodeRuntime.restoreIdleTimeout?.(request, info);
  assertEquals(socket.timeout, 500);
});

Deno.test("a request comes with its runtime", () => {
  assertEquals(runtimeOf(exchange().info) === nodeRuntime, true);
});

Deno.test("a request that Node has not taken for an upgrade is none", () => {
  const upgraded = nodeRuntime.upgrade?.(request, exchange().info, listener, () => {});
  assertEquals(upgraded, undefined);
});

Deno.test("a response goes to Node, and the server returns what says so", () => {
  const { info, res } = exchange();
  assertEquals(nodeRuntime.respond?.(new PlainResponse(404, {}, "no"), request, info), alreadySent);
  assertEquals(res.calls, ["head 404", "end no"]);
});

Deno.test("an upgrade that the server grants is accepted, with its listener", () => {
  const info = upgradeRequest();
  assertEquals(upgradeRuntime.upgrade?.(request, info, listener, () => {}), alreadySent);
  assertEquals(info.calls, [listener]);
});

Deno.test("an upgrade that the server answers is declined", () => {
  const info = upgradeRequest();
  assertEquals(
    upgradeRuntime.respond?.(new PlainResponse(400, {}, "no"), request, info),
    alreadySent,
  );
  assertEquals(info.calls, ["declined"]);
});
