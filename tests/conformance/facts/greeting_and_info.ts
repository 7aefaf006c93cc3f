/** Section 2: the greeting and the server's capabilities. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import type { TestServer } from "../../support/test_server.ts";

for (const path of ["/echo", "/echo/", "/cookie_needed_echo"]) {
  fact("2", `${path} greets`, async (server) => {
    const response = await server.get(path);
    assertEquals(response.status, 200);
    assertEquals(response.header("content-type"), "text/plain; charset=UTF-8");
    assertEquals(response.header("set-cookie"), undefined);
    assertEquals(response.body, "Welcome to SockJS!\n");
  });
}

async function info(
  server: TestServer,
  service: string,
): Promise<Record<string, unknown>> {
  return JSON.parse((await server.get(`${service}/info`)).body);
}

/** What a service says of itself besides its entropy. */
const capabilities: readonly [service: string, Record<string, unknown>][] = [
  ["/echo", { websocket: true, origins: ["*:*"], cookie_needed: false }],
  [
    "/disabled_websocket_echo",
    { websocket: false, origins: ["*:*"], cookie_needed: false },
  ],
  [
    "/jsonp_only",
    { websocket: false, origins: ["*:*"], cookie_needed: false },
  ],
  [
    "/cookie_needed_echo",
    { websocket: true, origins: ["*:*"], cookie_needed: true },
  ],
  [
    "/cookie_function",
    { websocket: true, origins: ["*:*"], cookie_needed: true },
  ],
  ["/without_cors", { websocket: true, cookie_needed: false }],
  [
    "/base_url",
    {
      websocket: true,
      origins: ["*:*"],
      cookie_needed: false,
      base_url: "http://example.com/sockjs",
    },
  ],
  [
    "/base_url_function",
    {
      websocket: true,
      origins: ["*:*"],
      cookie_needed: false,
      base_url: "http://example.com/asked",
    },
  ],
];

for (const [service, expected] of capabilities) {
  fact("2", `the info of ${service} says what it can`, async (server) => {
    const { entropy, ...others } = await info(server, service);
    assertEquals(others, expected);
    assertEquals(typeof entropy, "number");
  });
}

fact("2", "info is JSON without a cookie", async (server) => {
  for (const service of ["/echo", "/cookie_needed_echo"]) {
    const response = await server.get(`${service}/info`, {
      Cookie: "JSESSIONID=abc",
    });
    assertEquals(response.status, 200);
    assertEquals(
      response.header("content-type"),
      "application/json; charset=UTF-8",
    );
    assertEquals(response.header("set-cookie"), undefined);
  }
});

fact("2", "the entropy is fresh and of 32 bits", async (server) => {
  const connection = await server.connect();
  const seen: number[] = [];
  for (let count = 0; count < 40; count++) {
    const { body } = await connection.exchange({ path: "/echo/info" });
    seen.push(JSON.parse(body).entropy);
  }
  for (const entropy of seen) {
    assert(Number.isInteger(entropy) && entropy >= 0 && entropy < 2 ** 32);
  }
  assertEquals(new Set(seen).size, seen.length);
  // One in 2^160 that forty numbers of 32 bits all stay below 2^28.
  assertNotEquals(seen.filter((entropy) => entropy >= 2 ** 28).length, 0);
});
