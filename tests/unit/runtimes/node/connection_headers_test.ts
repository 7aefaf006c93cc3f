import { assertEquals } from "@std/assert";
import { connectionHeaders } from "../../../../src/runtimes/node/connection_headers.ts";

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
