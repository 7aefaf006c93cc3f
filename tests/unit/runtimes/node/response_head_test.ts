import { assertEquals, assertThrows } from "@std/assert";
import {
  clearHead,
  connectionHeaders,
  writeHead,
} from "../../../../src/runtimes/node/response_head.ts";
import { FakeResponse } from "./fake_messages.ts";

/** An answer that others have given fields. */
function prepared(set: Record<string, unknown>, isHttp2 = false): FakeResponse {
  const res = new FakeResponse();
  for (const [name, value] of Object.entries(set)) res.set.set(name, value);
  if (isHttp2) res.stream = { destroyed: false, destroy() {} };
  return res;
}

const ofConnection = {
  "Connection": "Upgrade, X-Hop",
  "Keep-Alive": "timeout=5",
  "Proxy-Connection": "keep-alive",
  "HTTP2-Settings": "x",
  "Transfer-Encoding": "chunked",
  "Upgrade": "websocket",
  "TE": "trailers",
  "Host": "x",
  "X-Hop": "1",
};

Deno.test("of an answer by HTTP/2, no field of the connection is sent, whoever has given it", () => {
  const set = Object.entries(ofConnection).map(([name, value]) => [name.toLowerCase(), value]);
  const res = prepared({ ...Object.fromEntries(set), "x-own": "1" }, true);
  writeHead(res, 426, { ...ofConnection, "X-A": "1" });
  assertEquals([res.fields, [...res.set.keys()]], [{ "X-A": "1" }, ["x-own"]]);
});

Deno.test("of an answer by HTTP/1.1, the fields are sent as they are", () => {
  const res = prepared({});
  writeHead(res, 426, { ...ofConnection });
  assertEquals(res.fields, ofConnection);
});

Deno.test("what others have said of the length of an answer is not sent with ours", () => {
  for (const isHttp2 of [true, false]) {
    const res = prepared({ "content-length": "9", "transfer-encoding": "chunked" }, isHttp2);
    writeHead(res, 200, { "Content-Length": "1" });
    assertEquals([...res.set.keys()], []);
    const none = prepared({ "content-length": "9", "transfer-encoding": "chunked" }, isHttp2);
    writeHead(none, 204, {});
    assertEquals([...none.set.keys()], []);
  }
  // Without it, Node would send the body without chunks.
  const stream = prepared({ "content-length": "9", "transfer-encoding": "chunked" });
  writeHead(stream, 200, {});
  assertEquals([...stream.set.keys()], ["transfer-encoding"]);
});

Deno.test("a status that no answer has is refused before Node sees it", () => {
  for (const status of [0, 100, 101, 103, 199, 600, 999, NaN, -1]) {
    const res = prepared({});
    assertThrows(() => writeHead(res, status, {}), RangeError, `the status is ${status}`);
    assertEquals(res.calls, []);
  }
  for (const status of [200, 421, 599]) writeHead(prepared({}), status, {});
});

Deno.test("what Node has read of a head that it refuses is not sent with another", () => {
  const res = prepared({ "x-own": "1" });
  res.writeHead = (_status, fields) => {
    for (const [name, value] of Object.entries(fields)) res.set.set(name.toLowerCase(), value);
    throw new TypeError("refused");
  };
  assertThrows(
    () => writeHead(res, 200, { "X-A": "1", "Set-Cookie": ["a"] }),
    TypeError,
    "refused",
  );
  assertEquals([...res.set.keys()], ["x-own"]);
  clearHead(res);
  assertEquals([...res.set.keys()], []);
});

Deno.test("a head is not sent after that of another answer", () => {
  const res = prepared({});
  res.headersSent = true;
  assertThrows(() => writeHead(res, 200, { "X-A": "1" }), Error, "another response");
  assertEquals(res.calls, []);
});

Deno.test("by HTTP/2, a value with a control character is refused, which clients end the connection for", () => {
  for (const value of ["\x01", "a\nb", "\u20ac", ["a", "\r"]]) {
    assertThrows(() => writeHead(prepared({}, true), 200, { "X-A": value }), TypeError, "X-A");
  }
  writeHead(prepared({}, true), 200, { "X-A": "\t \xff", "Set-Cookie": ["a", "b"] });
});

Deno.test("fields of the connection are found in any case, and others are not among them", () => {
  const names = ["connection", "Keep-Alive", "TRANSFER-ENCODING", "Upgrade", "TE", "Host"];
  const others = ["Content-Type", "Set-Cookie", "Trailer", "X-Connection", ""];
  for (const connection of [null, undefined, "", "close", "keep-alive, Upgrade"]) {
    assertEquals(connectionHeaders([...names, ...others], connection), [...names]);
  }
  assertEquals(connectionHeaders(["Proxy-Connection", "HTTP2-Settings"], null).length, 2);
});

Deno.test("fields that Connection lists are of the connection, too", () => {
  assertEquals(connectionHeaders(["X-A", "x-b", "X-AB", "close"], "close , X-B,x-a"), [
    "X-A",
    "x-b",
    "close",
  ]);
});
