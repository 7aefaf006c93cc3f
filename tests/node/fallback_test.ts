/**
 * Tests of the option `fallback`, which responds where the application has no listeners of its
 * own.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { handshake } from "../support/raw_websocket.ts";
import { Programs } from "./on_each_runtime.ts";

const fallback = new Programs("fallback.ts");

fallback.test("it answers requests and upgrades, whatever the path", async (it) => {
  for (const path of ["/", "/x", "/echox"]) {
    assertEquals((await it.get("server", path)).body, "fallback");
    const upgraded = await it.request("server", { path, headers: { ...handshake } });
    assertEquals([upgraded.status, upgraded.body], [200, "fallback"]);
  }
  assertEquals((await it.get("server", "/echo")).body, "Welcome to SockJS!\n");
});

fallback.test("its status and headers are sent as they are, several cookies too", async (it) => {
  const response = await it.get("server", "/cookies");
  assertEquals([response.status, response.body], [202, "cookies"]);
  assertEquals(response.head.all("set-cookie"), [
    "a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT",
    "b=2, c",
  ]);
  assertEquals(["x-several", "x-empty", "x-latin"].map(response.header), ["1, 2", "", "\u00e9"]);
});

fallback.test("its body is sent as it comes", async (it) => {
  assertEquals((await it.get("server", "/parts")).chunks, ["one", "two", "three"]);
  assertEquals((await it.get("server", "/empty")).status, 204);
  assertEquals((await it.get("server", "/later")).body, "later");
  const connection = await it.connect("server");
  await connection.send({ path: "/binary", headers: { Connection: "close" } });
  const bytes = await connection.reader.toEnd();
  assert(String.fromCharCode(...bytes).includes("\x00\xff\r\n"), "bytes as they are");
});

fallback.test(
  "a request body that is not read does not block the next request",
  async (it) => {
    for (const path of ["/", "/later", "/empty"]) {
      const connection = await it.connect("server");
      await connection.send({ method: "POST", path, body: "x".repeat(500_000) });
      await connection.send({ path: "/echo" });
      assertEquals((await connection.response()).status, path === "/empty" ? 204 : 200);
      assertEquals((await connection.response()).body, "Welcome to SockJS!\n");
    }
  },
  { deno: "its node:http drops no body that nobody reads, whoever answers" },
);

fallback.test("of a response to HEAD, no body is sent", async (it) => {
  const connection = await it.connect("server");
  for (const path of ["/cookies", "/parts", "/"]) {
    const { status, body } = await connection.exchange({ method: "HEAD", path });
    assertEquals([status, body], [path === "/cookies" ? 202 : 200, ""]);
  }
});

fallback.test("of a response to HEAD, a body without an end is cancelled, not read", async (it) => {
  const connection = await it.connect("server");
  const { status, body } = await connection.exchange({ method: "HEAD", path: "/endless" });
  assertEquals([status, body], [200, ""]);
  await it.ask("cancelled");
  assertEquals((await connection.exchange({ path: "/later" })).body, "later");
});

fallback.test("its body is cancelled when the client goes away", async (it) => {
  const connection = await it.connect("server");
  await connection.send({ path: "/endless" });
  assertEquals((await connection.head()).status, 200);
  connection.close();
  await it.ask("cancelled");
});

fallback.test("the body of a response to an upgrade is cancelled when the client goes away", async (it) => {
  const connection = await it.connect("server");
  await connection.send({ path: "/endless", headers: { ...handshake } });
  assertEquals((await connection.head()).status, 200);
  connection.close();
  await it.ask("cancelled");
});

fallback.test("a body that fails aborts its response, and no other", async (it) => {
  const connection = await it.connect("server");
  await connection.send({ path: "/breaks" });
  assertEquals([(await connection.head()).status, await connection.chunk()], [200, "one"]);
  await assertRejects(() => connection.chunk(), Error, "broke off");
});

fallback.test("where it throws or rejects, the response is a 500 and the log has a line", async (it) => {
  for (const [path, line] of [["/throws", "thrown"], ["/rejects", "rejected"]] as const) {
    const { status, body } = await it.get("server", path);
    assertEquals([status, body], [500, "Internal error"]);
    assertEquals(await it.ask("reports"), [`Error: ${line}`]);
  }
});

for (const path of ["/control-character", "/error", "/locked"]) {
  fallback.test(`what cannot be sent is a 500 and an error in the log: ${path}`, async (it) => {
    for (const headers of [{}, handshake]) {
      const { status, body } = await it.request("server", { path, headers: { ...headers } });
      assertEquals([status, body], [500, "Internal error"]);
    }
    assert((await it.ask<string[]>("reports")).length > 0);
  });
}

fallback.test("it gets a Request with all that the client has sent", async (it) => {
  const headers = { "X-A": "1", "x-a": "2", Cookie: "a=1; b=2", "X-Latin": "\u00e9" };
  const { body } = await it.request("server", {
    method: "POST",
    path: "/request",
    headers: { Host: "example.org:81", ...headers },
    body: "\ufeff\u20ac",
  });
  assertEquals(JSON.parse(body), {
    isRequest: true,
    method: "POST",
    url: "http://example.org:81/request",
    headers: {
      "content-length": "6",
      "cookie": "a=1; b=2",
      "host": "example.org:81",
      "x-a": "1, 2",
      "x-latin": "\u00c3\u00a9",
    },
    body: "\u20ac",
  });
});

fallback.test("it reads the body in any way, whatever the Host", async (it) => {
  const ways = { json: "[1]", bytes: "5b315d", clone: "[1][1]", stream: "[1]" };
  for (const Host of ["localhost", "x/echo/info?", "a@b", ""]) {
    for (const [way, expected] of Object.entries(ways)) {
      const request = { method: "POST", path: `/${way}`, headers: { Host }, body: "[1]" };
      const { status, body } = await it.request("server", request);
      assertEquals([status, body], [200, expected], `${way} ${Host}`);
    }
  }
});

fallback.test("it can print the request and its headers", async (it) => {
  assertEquals((await it.get("server", "/prints")).body, "printed");
});

fallback.test("a body that was read rejects when it is read again, as the Web has it", async (it) => {
  const { status, body } = await it.post("server", "/echo/0/1/xhr", "[1]");
  const again = ["TypeError", "TypeError", "TypeError", "TypeError", "TypeError"];
  assertEquals([status, JSON.parse(body)], [200, ["text", ...again]]);
});
