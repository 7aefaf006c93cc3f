/** Section 3: caching, content types and the bodies of error responses. */

import { assert, assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import type { RawResponse } from "../../support/raw_response.ts";
import type { TestServer } from "../../support/test_server.ts";

interface Row {
  ask: (server: TestServer) => Promise<RawResponse>;
  status: number;
  type: string | undefined;
}

const javascript = "application/javascript; charset=UTF-8";
const plain = "text/plain; charset=UTF-8";

async function sendJsonp(server: TestServer, body: string): Promise<RawResponse> {
  const { base } = await server.xhr("/echo").open();
  return await server.post(`${base}/jsonp_send`, body);
}

const rows: Record<string, Row> = {
  "info": {
    ask: (server) => server.get("/echo/info"),
    status: 200,
    type: "application/json; charset=UTF-8",
  },
  "a poll's open frame": {
    ask: (server) => server.post(`${server.xhr("/echo").base}/xhr`),
    status: 200,
    type: javascript,
  },
  "a poll's close frame": {
    ask: async (server) => {
      const session = await server.xhr("/close").open();
      return server.post(`${session.base}/xhr`);
    },
    status: 200,
    type: javascript,
  },
  "jsonp_send": {
    ask: (server) => sendJsonp(server, `["x"]`),
    status: 200,
    type: plain,
  },
  "an empty jsonp_send": {
    ask: (server) => sendJsonp(server, ""),
    status: 500,
    type: plain,
  },
  "a jsonp_send without a session": {
    ask: (server) => server.post(`${server.xhr("/echo").base}/jsonp_send`, `["x"]`),
    status: 404,
    type: plain,
  },
  "jsonp without a callback": {
    ask: (server) => server.get(`${server.xhr("/echo").base}/jsonp`),
    status: 500,
    type: plain,
  },
  "htmlfile with a wrong callback": {
    ask: (server) => server.get(`${server.xhr("/echo").base}/htmlfile?c=%28`),
    status: 500,
    type: plain,
  },
  "a stream with another method": {
    ask: (server) => server.post(`${server.xhr("/echo").base}/eventsource`),
    status: 405,
    type: undefined,
  },
  "a send": {
    ask: async (server) => (await server.xhr("/echo").open()).sendRaw("[]"),
    status: 204,
    type: plain,
  },
  "an empty send": {
    ask: async (server) => (await server.xhr("/echo").open()).sendRaw(""),
    status: 500,
    type: plain,
  },
  "a broken send": {
    ask: async (server) => (await server.xhr("/echo").open()).sendRaw("x"),
    status: 500,
    type: plain,
  },
  "a send without a session": {
    ask: (server) => server.xhr("/echo").sendRaw(`["x"]`),
    status: 404,
    type: plain,
  },
  "a poll with another method": {
    ask: (server) => server.get(`${server.xhr("/echo").base}/xhr`),
    status: 405,
    type: undefined,
  },
};

for (const [name, { ask, status, type }] of Object.entries(rows)) {
  fact("3", `${name} is not cached and says its type`, async (server) => {
    const response = await ask(server);
    assertEquals(response.status, status);
    assertEquals(
      response.header("cache-control"),
      "no-store, no-cache, no-transform, must-revalidate, max-age=0",
    );
    assertEquals(response.header("expires"), undefined);
    assertEquals(response.header("last-modified"), undefined);
    assertEquals(response.header("content-type"), type);
    if (status >= 400) {
      assert(!/[\r\n]/.test(response.body), "a client would read frames");
    }
  });
}

for (const path of ["/nothing", "/echo/nothing", "/echo/a./b/xhr", "/echo/a/b/nothing"]) {
  fact("3", `the body of the 404 at ${path} has no line break`, async (server) => {
    const { status, body, header } = await server.get(path);
    assertEquals(status, 404);
    assert(!/[\r\n]/.test(body), JSON.stringify(body));
    if (body !== "") assertEquals(header("content-type"), plain);
  });
}

fact("3", "a refused websocket's body has no line break", async (server) => {
  const { status, body } = await server.get("/echo/websocket");
  assertEquals(status, 400);
  assert(body !== "" && !/[\r\n]/.test(body), JSON.stringify(body));
});
