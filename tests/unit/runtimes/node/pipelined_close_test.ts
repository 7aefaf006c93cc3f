import { assertEquals } from "@std/assert";
import { onPipelinedClose } from "../../../../src/runtimes/node/pipelined_close.ts";
import { exchange, FakeIncoming, FakeResponse, FakeSocket } from "./fake_messages.ts";

/** How often a response was notified that its connection has ended. */
function closesOf(socket: FakeSocket, res: FakeResponse): () => number {
  let times = 0;
  onPipelinedClose(new FakeIncoming({ socket }), res, () => times++);
  return () => times;
}

Deno.test("a response that waits behind another is notified when the connection ends", () => {
  const socket = new FakeSocket();
  const times = closesOf(socket, new FakeResponse(null));
  assertEquals(times(), 0);
  socket.emit("close");
  assertEquals(times(), 1);
});

Deno.test("a response whose turn it is gets no notification, because Node sends one itself", () => {
  const { socket, res } = exchange();
  const times = closesOf(socket, res);
  socket.emit("close");
  assertEquals(times(), 0);
});

Deno.test("answers of HTTP/2 do not wait behind each other", () => {
  const socket = new FakeSocket();
  const res = new FakeResponse(null);
  res.stream = { destroyed: false, destroy() {} };
  const times = closesOf(socket, res);
  socket.emit("close");
  assertEquals(times(), 0);
});

Deno.test("any number wait on a connection with one listener", () => {
  const socket = new FakeSocket();
  const responses = Array.from({ length: 20 }, () => closesOf(socket, new FakeResponse(null)));
  assertEquals(socket.listenerCount("close"), 1);
  socket.emit("close");
  assertEquals(responses.map((times) => times()), responses.map(() => 1));
});

Deno.test("a response that has ended is not notified of its connection's end", () => {
  const socket = new FakeSocket();
  const res = new FakeResponse(null);
  const times = closesOf(socket, res);
  res.leave();
  socket.emit("close");
  assertEquals(times(), 0);
});
