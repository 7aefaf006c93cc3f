/** Section 3: requests from other origins. */

import { assert, assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import type { RawResponse } from "../../support/raw_response.ts";
import type { TestServer } from "../../support/test_server.ts";

type Ask = (
  server: TestServer,
  headers: Record<string, string>,
  service: string,
) => Promise<RawResponse>;

const requests: Record<string, Ask> = {
  "GET info": (server, headers, service) => server.get(`${service}/info`, headers),
  "OPTIONS info": (server, headers, service) => server.options(`${service}/info`, headers),
  "POST xhr": (server, headers, service) =>
    server.post(`${service}/000/${server.newId()}/xhr`, "", headers),
  "OPTIONS xhr": (server, headers, service) =>
    server.options(`${service}/000/${server.newId()}/xhr`, headers),
  "POST xhr_streaming": (server, headers, service) =>
    server.begin({ method: "POST", path: `${server.xhr(service).base}/xhr_streaming`, headers }),
  "OPTIONS xhr_streaming": (server, headers, service) =>
    server.options(`${service}/000/${server.newId()}/xhr_streaming`, headers),
  "GET xhr_streaming, not allowed": (server, headers, service) =>
    server.get(`${service}/000/${server.newId()}/xhr_streaming`, headers),
  "GET eventsource": (server, headers, service) =>
    server.begin({ path: `${server.xhr(service).base}/eventsource`, headers }),
  "POST eventsource, not allowed": (server, headers, service) =>
    server.post(`${service}/000/${server.newId()}/eventsource`, "", headers),
  "OPTIONS xhr_send": (server, headers, service) =>
    server.options(`${service}/000/${server.newId()}/xhr_send`, headers),
  "POST xhr_send": async (server, headers, service) => {
    const session = await server.xhr(service).open();
    return session.sendRaw(`["x"]`, headers);
  },
  "POST xhr_send, broken": async (server, headers, service) => {
    const session = await server.xhr(service).open();
    return session.sendRaw("broken", headers);
  },
  "POST xhr_send, without a session": (server, headers, service) =>
    server.xhr(service).sendRaw(`["x"]`, headers),
  "GET xhr, not allowed": (server, headers, service) =>
    server.get(`${service}/000/${server.newId()}/xhr`, headers),
  "GET xhr_send, not allowed": (server, headers, service) =>
    server.get(`${service}/000/${server.newId()}/xhr_send`, headers),
};

for (const [name, ask] of Object.entries(requests)) {
  for (const origin of ["http://example.com:81", "null", "x-y://z"]) {
    fact(
      "3",
      `${name}: the origin ${origin} is given back with credentials`,
      async (server) => {
        const response = await ask(server, { Origin: origin }, "/echo");
        assertEquals(response.header("access-control-allow-origin"), origin);
        assertEquals(
          response.header("access-control-allow-credentials"),
          "true",
        );
        assert(response.head.members("vary").includes("origin"), "Vary");
      },
    );
  }

  fact(
    "3",
    `${name}: without an origin any may read, without credentials`,
    async (server) => {
      const response = await ask(server, {}, "/echo");
      assertEquals(response.header("access-control-allow-origin"), "*");
      assertEquals(
        response.header("access-control-allow-credentials"),
        undefined,
      );
      assert(response.head.members("vary").includes("origin"), "Vary");
    },
  );

  fact("3", `${name}: asked-for headers are allowed`, async (server) => {
    const requested = { "Access-Control-Request-Headers": "a, b, X-c" };
    assertEquals(
      (await ask(server, requested, "/echo")).header(
        "access-control-allow-headers",
      ),
      "a, b, X-c",
    );
    for (const nothing of [{ "Access-Control-Request-Headers": "" }, {}]) {
      assertEquals(
        (await ask(server, nothing as Record<string, string>, "/echo"))
          .header("access-control-allow-headers"),
        undefined,
      );
    }
  });

  fact("3", `${name}: nothing of it with CORS disabled`, async (server) => {
    const headers = {
      "Origin": "http://example.com",
      "Access-Control-Request-Headers": "a",
    };
    const { head } = await ask(server, headers, "/without_cors");
    assertEquals(
      head.headers.filter(([key]) => /^access-control-allow-(?!m)/i.test(key)),
      [],
    );
  });
}
