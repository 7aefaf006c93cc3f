/** Section 3: the headers that single transports must have, and must not have. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import type { RawResponse } from "../../support/raw_response.ts";
import {
  htmlfile,
  jsonp,
  type ReceivingTransport,
  receivingTransports,
  streams,
} from "../../support/receiving_transports.ts";
import type { TestServer } from "../../support/test_server.ts";

type Headers = Record<string, string>;

function ask(
  server: TestServer,
  { method, path }: ReceivingTransport,
  headers: Headers = {},
  service = "/echo",
): Promise<RawResponse> {
  return server.begin({ method, path: `${server.http(service).base}/${path}`, headers });
}

async function sendJsonp(server: TestServer, headers: Headers): Promise<RawResponse> {
  const session = server.http("/echo");
  await session.open(jsonp);
  return await server.post(`${session.base}/jsonp_send`, `["x"]`, headers);
}

for (const transport of receivingTransports) {
  const { name, contentType } = transport;

  fact("3", `${name} declares its type, and forbids caches and transformations`, async (server) => {
    const headers = { "Accept-Encoding": "gzip, deflate, br, zstd" };
    const { status, header } = await ask(server, transport, headers);
    assertEquals(status, 200);
    assertEquals(header("content-type"), contentType);
    assertEquals(
      header("cache-control"),
      "no-store, no-cache, no-transform, must-revalidate, max-age=0",
    );
    assertEquals(header("expires"), undefined);
    assertEquals(header("last-modified"), undefined);
    assertEquals(header("content-encoding"), undefined);
  });
}

for (const transport of streams) {
  fact("3", `${transport.name} is not to be held back by nginx`, async (server) => {
    const { header } = await ask(server, transport);
    assertEquals(header("x-accel-buffering"), "no");
  });
}

for (const transport of receivingTransports.filter(({ method }) => method === "GET")) {
  fact("3", `${transport.name} forbids type sniffing`, async (server) => {
    const { header } = await ask(server, transport);
    assertEquals(header("x-content-type-options"), "nosniff");
    // Without a callback, or with another method.
    const path = `${server.http("/echo").base}/${transport.name}`;
    for (const error of [await server.post(path), await server.begin({ path })]) {
      assertEquals(error.header("x-content-type-options"), "nosniff");
    }
  });
}

const headers = { "Origin": "http://example.com", "Access-Control-Request-Headers": "a" };

const unreadable: Record<string, (server: TestServer) => Promise<RawResponse>> = {
  "htmlfile": (server) => ask(server, htmlfile, headers),
  "htmlfile without a callback": (server) =>
    server.get(`${server.http("/echo").base}/htmlfile`, headers),
  "jsonp": (server) => ask(server, jsonp, headers),
  "jsonp without a callback": (server) => server.get(`${server.http("/echo").base}/jsonp`, headers),
  "jsonp_send": (server) => sendJsonp(server, headers),
  "jsonp_send to nobody": (server) =>
    server.post(`${server.http("/echo").base}/jsonp_send`, `["x"]`, headers),
};

for (const [name, request] of Object.entries(unreadable)) {
  fact("3", `${name}: pages of other origins may not read it`, async (server) => {
    const { head } = await request(server);
    const cors = head.headers.filter(([key]) => /^access-control-/i.test(key));
    assertEquals(cors, []);
  });
}

const framed: Record<string, (server: TestServer) => Promise<RawResponse>> = {
  "the iframe page": (server) => server.get("/echo/iframe.html"),
  "htmlfile": (server) => ask(server, htmlfile),
  "jsonp_send": (server) => sendJsonp(server, {}),
};

for (const [name, request] of Object.entries(framed)) {
  fact("2", `${name} may be shown in a frame`, async (server) => {
    const { head } = await request(server);
    assertEquals(head.header("x-frame-options"), undefined);
    assertEquals((head.header("content-security-policy") ?? "").includes("frame-ancestors"), false);
  });
}
