/** Section 3: the JSESSIONID cookie. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import type { RawResponse } from "../../support/raw_response.ts";
import { handshake } from "../../support/raw_websocket.ts";
import type { TestServer } from "../../support/test_server.ts";

type Headers = Record<string, string>;

function poll(server: TestServer, service: string, headers: Headers = {}) {
  return server.post(`${server.xhr(service).base}/xhr`, "", headers);
}

/** A request's cookies, and the value that comes back. */
const values: readonly [cookie: string | undefined, value: string][] = [
  [undefined, "dummy"],
  ["", "dummy"],
  ["a=b", "dummy"],
  ["JSESSIONID=", "dummy"],
  ["JSESSIONID=; a=b", "dummy"],
  ["JSESSIONID=abcdef", "abcdef"],
  ["a=b; JSESSIONID=abcdef", "abcdef"],
  ["a=b; JSESSIONID=abcdef; c=d", "abcdef"],
  ["a=JSESSIONID=x; JSESSIONID=abcdef", "abcdef"],
  ["XJSESSIONID=abcdef", "dummy"],
  ["JSESSIONIDX=abcdef", "dummy"],
  ["a=JSESSIONID=abcdef", "dummy"],
  ["JSESSIONID=a.b-c_d~e!f:g", "a.b-c_d~e!f:g"],
  ["JSESSIONID=a=b", "a=b"],
  [`JSESSIONID="abc"`, "dummy"],
  ["JSESSIONID=a,b", "dummy"],
  ["JSESSIONID=a b", "dummy"],
  ["JSESSIONID=a\\b", "dummy"],
  ["JSESSIONID=caf\u00e9", "dummy"],
];

for (const [cookie, value] of values) {
  fact(
    "3",
    `Cookie: ${cookie ?? "(none)"} gives the value ${value}`,
    async (server) => {
      const headers: Headers = cookie === undefined ? {} : { Cookie: cookie };
      const response = await poll(server, "/cookie_needed_echo", headers);
      assertEquals(response.status, 200);
      assertEquals(
        response.head.all("set-cookie"),
        [`JSESSIONID=${value}; path=/`],
      );
    },
  );
}

type Ask = (
  server: TestServer,
  service: string,
  headers: Headers,
) => Promise<RawResponse>;

const withCookie: Record<string, Ask> = {
  "a send": async (server, service, headers) =>
    (await server.xhr(service).open()).sendRaw("[]", headers),
  "an empty send": async (server, service, headers) =>
    (await server.xhr(service).open()).sendRaw("", headers),
  "a send without a session": (server, service, headers) =>
    server.xhr(service).sendRaw(`["x"]`, headers),
  "a refused method": (server, service, headers) =>
    server.get(`${server.xhr(service).base}/xhr`, headers),
  "OPTIONS xhr": (server, service, headers) =>
    server.options(`${server.xhr(service).base}/xhr`, headers),
  "xhr_streaming": (server, service, headers) =>
    server.begin({ method: "POST", path: `${server.xhr(service).base}/xhr_streaming`, headers }),
  "eventsource": (server, service, headers) =>
    server.begin({ path: `${server.xhr(service).base}/eventsource`, headers }),
  "htmlfile": (server, service, headers) =>
    server.begin({ path: `${server.xhr(service).base}/htmlfile?c=x`, headers }),
  "jsonp": (server, service, headers) =>
    server.get(`${server.xhr(service).base}/jsonp?c=x`, headers),
  "jsonp_send": async (server, service, headers) => {
    const session = await server.xhr(service).open();
    return server.post(`${session.base}/jsonp_send`, `["x"]`, headers);
  },
  "an empty jsonp_send": async (server, service, headers) => {
    const session = await server.xhr(service).open();
    return server.post(`${session.base}/jsonp_send`, "", headers);
  },
  "a jsonp_send without a session": (server, service, headers) =>
    server.post(`${server.xhr(service).base}/jsonp_send`, `["x"]`, headers),
  "htmlfile without a callback": (server, service, headers) =>
    server.get(`${server.xhr(service).base}/htmlfile`, headers),
  "jsonp with a wrong callback": (server, service, headers) =>
    server.get(`${server.xhr(service).base}/jsonp?c=%28`, headers),
  "a stream with another method": (server, service, headers) =>
    server.post(`${server.xhr(service).base}/eventsource`, "", headers),
  "OPTIONS xhr_streaming": (server, service, headers) =>
    server.options(`${server.xhr(service).base}/xhr_streaming`, headers),
  "OPTIONS xhr_send": (server, service, headers) =>
    server.options(`${server.xhr(service).base}/xhr_send`, headers),
  "OPTIONS info": (server, service, headers) => server.options(`${service}/info`, headers),
};

const withoutCookie: Record<string, Ask> = {
  "the greeting": (server, service, headers) => server.get(service, headers),
  "the iframe page": (server, service, headers) => server.get(`${service}/iframe.html`, headers),
  "GET info": (server, service, headers) => server.get(`${service}/info`, headers),
  "a websocket's 101": async (server, service, headers) => {
    const path = `${service}/000/${server.newId()}/websocket`;
    return (await server.websocket(path, headers)).response;
  },
  "a raw websocket's 101": async (server, service, headers) =>
    (await server.websocket(`${service}/websocket`, headers)).response,
};

const headers = { Cookie: "JSESSIONID=abc" };

for (const [name, ask] of Object.entries(withCookie)) {
  fact("3", `${name} carries the cookie`, async (server) => {
    const response = await ask(server, "/cookie_needed_echo", headers);
    assertEquals(
      response.head.all("set-cookie"),
      ["JSESSIONID=abc; path=/"],
    );
  });
}

for (const [name, ask] of Object.entries(withoutCookie)) {
  fact("3", `${name} carries no cookie`, async (server) => {
    const response = await ask(server, "/cookie_needed_echo", headers);
    assertEquals(response.head.all("set-cookie"), []);
  });
}

fact("3", "a service without the option sets no cookie", async (server) => {
  for (const ask of Object.values({ ...withCookie, ...withoutCookie })) {
    const response = await ask(server, "/echo", headers);
    assertEquals(response.head.all("set-cookie"), []);
  }
});

fact("3", "with a function, the function decides", async (server) => {
  const response = await poll(server, "/cookie_function", headers);
  assertEquals(
    response.head.all("set-cookie"),
    ["JSESSIONID=of-the-function; path=/here; HttpOnly"],
  );
  const without = await poll(server, "/cookie_function", {
    ...headers,
    "X-No-Cookie": "1",
  });
  assertEquals(without.head.all("set-cookie"), []);
  const upgraded = await server.get("/cookie_function/websocket", handshake);
  assertEquals([upgraded.status, upgraded.head.all("set-cookie")], [101, []]);
});
