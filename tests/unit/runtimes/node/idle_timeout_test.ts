import { assertEquals } from "@std/assert";
import { IdleTimeoutSuspension } from "../../../../src/runtimes/node/idle_timeout.ts";
import { exchange, FakeSocket } from "./fake_messages.ts";

/** A connection with that timeout. */
function connection(timeout: number | undefined): FakeSocket {
  const socket = new FakeSocket();
  socket.timeout = timeout;
  return socket;
}

/** A response on that connection begins to wait; with HTTP/2, of that session. */
function wait(socket: FakeSocket, session?: FakeSocket): IdleTimeoutSuspension {
  const { req, res } = exchange({ socket });
  if (session !== undefined) res.stream = { destroyed: false, destroy() {}, session };
  return new IdleTimeoutSuspension(req, res);
}

Deno.test("a timeout is lifted while a response waits, and then what it was", () => {
  const socket = connection(500);
  const waiting = wait(socket);
  assertEquals(socket.timeout, 0);
  waiting.end();
  assertEquals(socket.timeout, 500);
});

Deno.test("where several answers wait, the timeout stays lifted until the last one has ended", () => {
  const socket = connection(500);
  const [first, second] = [wait(socket), wait(socket)];
  first.end();
  const third = wait(socket);
  second.end();
  assertEquals(socket.timeout, 0);
  third.end();
  assertEquals(socket.timeout, 500);
});

Deno.test("a response that ends twice does not affect the timeout of others", () => {
  const socket = connection(500);
  const [first, second] = [wait(socket), wait(socket)];
  first.end();
  first.end();
  assertEquals(socket.timeout, 0);
  second.end();
  assertEquals(socket.timeout, 500);
});

Deno.test("each waiting gives back the timeout that there was before it", () => {
  const socket = connection(500);
  wait(socket).end();
  socket.timeout = 700;
  wait(socket).end();
  assertEquals(socket.timeout, 700);
});

Deno.test("a connection without a timeout is given none", () => {
  for (const timeout of [0, undefined]) {
    const socket = connection(timeout);
    let times = 0;
    socket.setTimeout = () => times++;
    wait(socket).end();
    assertEquals([times, socket.timeout], [0, timeout]);
  }
});

Deno.test("the timeouts of other connections are left alone", () => {
  const [one, other] = [connection(500), connection(700)];
  const waiting = wait(one);
  assertEquals(other.timeout, 700);
  wait(other).end();
  assertEquals([one.timeout, other.timeout], [0, 700]);
  waiting.end();
});

Deno.test("of HTTP/2, the timeout is that of the session", () => {
  const [socket, session] = [connection(undefined), connection(500)];
  const waiting = wait(socket, session);
  assertEquals([session.timeout, socket.timeout], [0, undefined]);
  waiting.end();
  assertEquals([session.timeout, socket.timeout], [500, undefined]);
});

Deno.test("a response that is given up while it waits gives back the session's timeout", () => {
  const session = connection(500);
  const { res, info } = exchange();
  res.stream = { destroyed: false, destroy() {}, session };
  info.suspendIdleTimeout();
  assertEquals(session.timeout, 0);
  res.emit("close");
  assertEquals(session.timeout, 500);
});
