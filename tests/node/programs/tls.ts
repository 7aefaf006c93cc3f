/** Services over TLS, for HTTP/1.1 and HTTP/2. */

import { createSecureServer } from "node:http2";
import { createServer as createPlainServer } from "node:http";
import { createServer } from "node:https";
import { createServer as createTlsServer } from "node:tls";
import { createServer as createSockJS } from "../../../mod.ts";
import { installHandlers } from "../../../src/adapters/node.ts";
import { certificate } from "../../support/certificate.ts";
import { serve } from "../../support/program_control.ts";
import { behindProxies, tellAddress } from "../../support/proxied.ts";

const closed = new Map<string, number>();
let wake = () => {};

const echo = createSockJS({ prefix: "/echo", responseLimit: 4_000_000 });
echo.on("connection", (connection) => {
  const { url, protocol } = connection;
  connection.on("close", ({ code }) => {
    closed.set(url, code);
    wake();
  });
  connection.on("data", (message) => {
    if (message === "who") {
      const { headers, remotePort = 0, address } = connection;
      const isKnown = [remotePort > 0, (address?.port ?? 0) > 0];
      connection.write(JSON.stringify({ protocol, host: headers["host"], isKnown }));
    } else if (message === "much") {
      for (let at = 0; at < 30; at++) connection.write("x".repeat(100_000));
    } else {
      connection.write(message);
    }
  });
});

const urls: string[] = [];
const cookie = createSockJS({
  prefix: "/cookie",
  jsessionid: (request) => {
    urls.push(request.url);
    return `JSESSIONID=${new URL(request.url).protocol}`;
  },
});

const withFallback = createSockJS({
  prefix: "/unused",
  log: () => {},
  fallback: async (request) => {
    if (request.url.endsWith("/error")) return Response.error();
    const headers = new Headers([["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]]);
    if (request.url.endsWith("/upgrade")) headers.set("Upgrade", "x");
    headers.set("X-Url", request.url);
    headers.set("X-Names", [...request.headers.keys()].filter((name) => name[0] === ":").join());
    return new Response(`${request.method} ${await request.text()}`, { headers });
  },
});

const proxied = Object.entries(behindProxies).map(([prefix, options]) => {
  const server = createSockJS({ ...options, prefix });
  server.on("connection", tellAddress);
  return server;
});

const https = createServer(certificate);
const http2 = createSecureServer({ ...certificate, allowHTTP1: true });
const plain = createPlainServer();
for (const server of [https, http2, plain]) {
  installHandlers(echo, server);
  installHandlers(cookie, server);
  for (const each of proxied) installHandlers(each, server);
  // SockJS requests do not reach this listener, though it is added later.
  server.on("request", (req, res) => {
    let body = "";
    req.on("data", (chunk: string) => body += chunk);
    req.on("end", () => res.end(`application ${req.httpVersion} ${req.method} ${req.url} ${body}`));
  });
}
const fallback = createSecureServer({ ...certificate, allowHTTP1: true });
installHandlers(withFallback, fallback);

/** It hands its connections to a server without TLS. */
const handing = createTlsServer(certificate, (socket) => plain.emit("connection", socket));

await serve({ https, http2, fallback, handing }, {
  /** Waits until the connection of that URL is closed, and gives the code. */
  async closed(url) {
    while (!closed.has(url)) await new Promise<void>((resolve) => (wake = resolve));
    const code = closed.get(url);
    closed.delete(url);
    return code;
  },
  urls: () => urls.splice(0),
});
