/**
 * Section 3, the option `origins`: pages of other origins cannot use a service, nor learn anything
 * about it.
 */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { handshake } from "../../support/raw_websocket.ts";
import type { RawRequest } from "../../support/raw_http.ts";
import { receivingTransports } from "../../support/receiving_transports.ts";
import type { TestServer } from "../../support/test_server.ts";

const good = "http://good.example";
const strangers: readonly Record<string, string>[] = [
  { Origin: "http://evil.example" },
  { Origin: "null" },
  { Origin: "http://good.example.evil.example" },
  { Origin: "https://good.example" },
  { "Sec-Fetch-Site": "cross-site" },
  // What draft 8 of the websocket protocol has instead of `Origin`.
  { "Sec-WebSocket-Origin": "http://evil.example" },
];

/** A request for each path of a session, and of those beside. */
function requests(server: TestServer, service: string): RawRequest[] {
  const session = () => `${service}/000/${server.newId()}`;
  const posts = ["xhr_send", "jsonp_send"];
  const preflights = ["xhr", "xhr_streaming", "xhr_send"];
  return [
    { path: `${service}/info` },
    { method: "OPTIONS", path: `${service}/info` },
    ...receivingTransports.map(({ method, path }) => ({ method, path: `${session()}/${path}` })),
    ...posts.map((name) => ({ method: "POST", path: `${session()}/${name}`, body: '["x"]' })),
    ...preflights.map((name) => ({ method: "OPTIONS", path: `${session()}/${name}` })),
    { path: `${session()}/websocket`, headers: handshake },
    { path: `${service}/websocket`, headers: handshake },
    { path: `${session()}/websocket` },
  ];
}

/** What the same are answered where nothing is refused. */
function usual({ method, path, headers }: RawRequest): number {
  if (headers !== undefined) return 101;
  if (path.endsWith("/websocket")) return 400;
  if (method === "OPTIONS") return 204;
  return path.endsWith("_send") ? 404 : 200;
}

fact(
  "3",
  "an origin that is not allowed gets 403 on every path, without CORS",
  async (server) => {
    for (const stranger of strangers) {
      for (const request of requests(server, "/all_of_one_origin")) {
        const headers = { ...request.headers, ...stranger };
        const response = await server.begin({ ...request, headers });
        const what = `${request.method ?? "GET"} ${request.path} ${JSON.stringify(stranger)}`;
        assertEquals(response.status, 403, what);
        assertEquals(response.header("access-control-allow-origin"), undefined, what);
        assertEquals(response.header("access-control-allow-credentials"), undefined, what);
      }
    }
  },
);

fact("3", "an allowed origin, and a request without an origin, is served", async (server) => {
  const friends = [
    { Origin: good },
    {},
    { "Sec-Fetch-Site": "same-origin" },
    { "Sec-WebSocket-Origin": good },
  ];
  for (const friend of friends) {
    for (const request of requests(server, "/all_of_one_origin")) {
      const headers = { ...request.headers, ...friend };
      const { status } = await server.begin({ ...request, headers });
      assertEquals(status, usual(request), `${request.method} ${request.path}`);
    }
  }
  const info = await server.get("/one_origin/info", { Origin: good });
  assertEquals(info.header("access-control-allow-origin"), good);
});

fact("3", "with origins, jsonp, htmlfile and the iframe are off unless named", async (server) => {
  const paths = ["000/ID/jsonp?c=x", "000/ID/htmlfile?c=x", "iframe.html"];
  for (const path of paths) {
    const named = `/all_of_one_origin/${path.replace("ID", server.newId())}`;
    assertEquals((await server.begin({ path: named })).status, 200, named);
    const unnamed = `/one_origin/${path.replace("ID", server.newId())}`;
    assertEquals((await server.begin({ path: unnamed })).status, 404, unnamed);
  }
  assertEquals((await server.post("/one_origin/000/x/jsonp_send", "[]")).status, 404);
});

fact("3", "origins may be a pattern for whole origins, or a function", async (server) => {
  for (const service of ["/origins_by_pattern", "/origins_by_function"]) {
    for (let count = 0; count < 2; count++) {
      assertEquals((await server.get(`${service}/info`, { Origin: good })).status, 200);
    }
    for (const stranger of strangers) {
      assertEquals((await server.get(`${service}/info`, stranger)).status, 403);
    }
  }
  const better = { Origin: "http://better.example" };
  assertEquals((await server.get("/origins_by_pattern/info", better)).status, 200);
});

fact("3", "every origin gets the greeting", async (server) => {
  for (const stranger of strangers) {
    assertEquals((await server.get("/one_origin", stranger)).status, 200);
  }
});
