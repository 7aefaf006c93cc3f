import { assertEquals } from "@std/assert";
import { PlainResponse } from "../../../../src/http/plain_response.ts";
import { runtimeOf } from "../../../../src/runtimes/runtime.ts";
import { alreadySent } from "../../../../src/runtimes/node/exchange.ts";
import { exchange, FakeSession, FakeSocket } from "./fake_messages.ts";

const endpoints = (socket: FakeSocket) => exchange({ socket }).runtime.endpoints();

Deno.test("both ends are those of the socket", () => {
  assertEquals(endpoints(new FakeSocket()), {
    remote: { address: "192.0.2.1", port: 1234 },
    local: { address: "192.0.2.2", port: 80 },
  });
});

Deno.test("of a socket that is gone, or one without addresses, the ends are unknown", () => {
  const socket = new FakeSocket();
  socket.remoteAddress = socket.remotePort = undefined;
  socket.localAddress = socket.localPort = undefined;
  assertEquals(endpoints(socket), { remote: undefined, local: undefined });
});

Deno.test("only a server on a unix socket makes one of a socket without addresses", () => {
  const socket: FakeSocket & { server?: unknown } = new FakeSocket();
  socket.remoteAddress = undefined;
  // The last five: a client that has left, a server that was closed, and what other code may make.
  const servers: [unknown, true | undefined][] = [
    [{ address: () => "/tmp/a.sock" }, true],
    [{ address: () => ({ address: "127.0.0.1", family: "IPv4", port: 80 }) }, undefined],
    [{ address: () => null }, undefined],
    [{ address: "/tmp/a.sock" }, undefined],
    [null, undefined],
    [undefined, undefined],
  ];
  for (const [server, expected] of servers) {
    socket.server = server;
    assertEquals(endpoints(socket).isUnixSocket, expected);
  }
  socket.server = { address: () => "/tmp/a.sock" };
  socket.remoteAddress = "192.0.2.1";
  assertEquals(endpoints(socket).isUnixSocket, undefined);
});

Deno.test("no timeout cuts off a response that is expected to wait", () => {
  const socket = new FakeSocket();
  socket.timeout = 500;
  const { runtime } = exchange({ socket });
  runtime.suspendIdleTimeout();
  assertEquals(socket.timeout, 0);
  runtime.restoreIdleTimeout();
  assertEquals(socket.timeout, 500);
});

Deno.test("a response that is cut off while it waits restores the timeout of its HTTP/2 session", () => {
  const session = new FakeSession();
  session.timeout = 500;
  const { res, runtime } = exchange();
  res.stream = { destroyed: false, destroy() {}, session };
  runtime.suspendIdleTimeout();
  assertEquals(session.timeout, 0);
  res.emit("close");
  assertEquals(session.timeout, 500);
});

Deno.test("a request is its own runtime", () => {
  const { runtime } = exchange();
  assertEquals(runtimeOf(runtime) === runtime, true);
});

Deno.test("there are websockets, but not of a request that Node has not taken for an upgrade", () => {
  const { runtime } = exchange();
  assertEquals(["upgrade" in runtime, runtime.upgrade()], [true, undefined]);
});

Deno.test("a response goes to Node, and the server returns what says so", () => {
  const { runtime, res } = exchange();
  assertEquals(runtime.respond(new PlainResponse(404, {}, "no")), alreadySent);
  assertEquals(res.calls, ["head 404", "end no"]);
});

Deno.test("a client that leaves before the response is told of once, and one that has left at once", () => {
  const calls: string[] = [];
  const { runtime, res, socket } = exchange();
  runtime.onAbandoned(() => calls.push("later"));
  assertEquals(calls, []);
  res.emit("close");
  socket.destroyed = true;
  runtime.onAbandoned(() => calls.push("at once"));
  assertEquals(calls, ["later", "at once"]);
});
