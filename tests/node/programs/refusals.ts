/** Services whose responses Node refuses to send as they are, over HTTP/2 and HTTP/1.1. */

import { createServer } from "node:http";
import { createSecureServer } from "node:http2";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { createServer as createSockJS } from "../../../mod.ts";
import { sockjs as middleware } from "../../../src/adapters/hono.ts";
import { installHandlers } from "../../../src/adapters/node.ts";
import { certificate } from "../../support/certificate.ts";
import { serve } from "../../support/program_control.ts";

const logged: string[] = [];
const log = (severity: string, message: string) => {
  if (severity === "error") logged.push(message.split("\n")[0] ?? "");
};

/** Fields of a connection, and one that they list. */
const ofConnection = {
  "Connection": "keep-alive, X-Hop",
  "Keep-Alive": "timeout=5",
  "Proxy-Connection": "keep-alive",
  "HTTP2-Settings": "AAMAAABkAAQCAAAAAAIAAAAA",
  "Transfer-Encoding": "chunked",
  "Upgrade": "h2c",
  "TE": "trailers",
  "Host": "elsewhere",
  "X-Hop": "1",
};

/** Throws when it is converted to text. */
const unspeakable = {
  [Symbol.toPrimitive]() {
    throw new Error("There is no text");
  },
};

/** What looks like a response, as packages make them, with any status. */
const withStatus = (status: number) =>
  Object.defineProperty(new Response("body"), "status", { value: status });

const responses: Record<string, () => unknown> = {
  "connection": () => new Response("body", { headers: { ...ofConnection, "X-A": "1" } }),
  "misdirected": () => new Response("body", { status: 421 }),
  "switching": () => withStatus(101),
  "early": () => withStatus(103),
  "none": () => withStatus(0),
  "beyond": () => withStatus(700),
  "control": () => new Response("body", { headers: { "X-A": "\x01", "Set-Cookie": "secret" } }),
  "unspeakable": () =>
    Object.defineProperty(new Response("body"), "headers", {
      get() {
        throw unspeakable;
      },
    }),
  // As of packages that have bodies of their own.
  "foreign": () => ({
    [Symbol.toStringTag]: "Response",
    status: 401,
    headers: new Headers(),
    body: {},
  }),
  "strings": () =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue({ no: "bytes" } as never);
          controller.close();
        },
      }),
    ),
};

const response = (request: Request) => {
  const name = new URL(request.url).pathname.split("/").at(-1) ?? "";
  return responses[name]?.() as Response;
};

const sockjs = createSockJS({
  prefix: "/echo",
  log,
  authorize: (request) =>
    request.url.includes("websocket") || request.url.endsWith("/xhr") ? true : response(request),
  jsessionid: true,
  fallback: response,
});
/** Under its prefix, all requests but those for websockets are answered by the application. */
const guarded = createSockJS({
  prefix: "/guarded",
  log,
  authorize: (request) => {
    const name = new URL(request.url).searchParams.get("answer") ?? "";
    return responses[name]?.() as Response ?? true;
  },
});

const http1 = createServer();
const http2 = createSecureServer({ ...certificate, allowHTTP1: true });
/** The same, behind code that gives each response fields of its own. */
const dressed = createSecureServer({ ...certificate, allowHTTP1: true });
for (const server of [http1, http2, dressed]) {
  for (const each of [sockjs, guarded]) installHandlers(each, server);
}
const undressed = dressed.listeners("request");
dressed.removeAllListeners("request");
dressed.on("request", (req, res) => {
  for (const name of ["Keep-Alive", "Upgrade", "Proxy-Connection", "TE"]) {
    res.setHeader(name, "x");
  }
  res.setHeader("Content-Length", "7");
  res.setHeader("X-Own", "1");
  for (const listener of undressed) listener.call(dressed, req, res);
});

/** Through Hono, where middleware gives the responses. */
const app = new Hono();
for (const each of [sockjs, guarded]) app.use(middleware(each));
const hono = createAdaptorServer({
  fetch: app.fetch,
  createServer: createSecureServer,
  serverOptions: certificate,
});

await serve({ http1, http2, dressed, hono }, { logged: () => logged.splice(0) });
