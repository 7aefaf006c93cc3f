import { assertEquals } from "@std/assert";
import {
  IdleTimeoutSuspension,
  onPipelinedClose,
} from "../../../../src/runtimes/node/node_connection.ts";
import { exchange, FakeIncoming, FakeResponse, FakeSession, FakeSocket } from "./fake_messages.ts";

/** A connection with that timeout. */
function connection(timeout: number | undefined): FakeSocket {
  const socket = new FakeSocket();
  socket.timeout = timeout;
  return socket;
}

/** An answer on that connection begins to wait; with HTTP/2, of that session. */
function wait(socket: FakeSocket, session?: FakeSession): IdleTimeoutSuspension {
  const { req, res } = exchange({ socket });
  if (session !== undefined) res.stream = { destroyed: false, destroy() {}, session };
  return new IdleTimeoutSuspension(req, res);
}

Deno.test("a timeout is lifted while an answer waits, and then what it was", () => {
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

Deno.test("an answer that ends twice ends the waiting of no other", () => {
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
  const [socket, session] = [connection(undefined), new FakeSession()];
  session.timeout = 500;
  const waiting = wait(socket, session);
  assertEquals([session.timeout, socket.timeout], [0, undefined]);
  waiting.end();
  assertEquals([session.timeout, socket.timeout], [500, undefined]);
});

/** How often an answer has heard that its connection ended. */
function heard(socket: FakeSocket, res: FakeResponse): () => number {
  let times = 0;
  onPipelinedClose(new FakeIncoming({ socket }), res, () => times++);
  return () => times;
}

Deno.test("an answer that waits behind another hears when the connection ends, and not before", () => {
  const socket = new FakeSocket();
  const times = heard(socket, new FakeResponse(null));
  assertEquals(times(), 0);
  socket.emit("close");
  assertEquals(times(), 1);
});

Deno.test("an answer whose turn it is hears nothing, for Node tells it itself", () => {
  const { socket, res } = exchange();
  const times = heard(socket, res);
  socket.emit("close");
  assertEquals(times(), 0);
});

Deno.test("answers of HTTP/2 do not wait behind each other", () => {
  const socket = new FakeSocket();
  const res = new FakeResponse(null);
  res.stream = { destroyed: false, destroy() {} };
  const times = heard(socket, res);
  socket.emit("close");
  assertEquals(times(), 0);
});

Deno.test("any number wait on a connection with one listener", () => {
  const socket = new FakeSocket();
  const answers = Array.from({ length: 20 }, () => heard(socket, new FakeResponse(null)));
  assertEquals(socket.listenerCount("close"), 1);
  socket.emit("close");
  assertEquals(answers.map((times) => times()), answers.map(() => 1));
});

Deno.test("an answer that has ended hears no more of its connection", () => {
  const socket = new FakeSocket();
  const res = new FakeResponse(null);
  const times = heard(socket, res);
  res.leave();
  socket.emit("close");
  assertEquals(times(), 0);
});
