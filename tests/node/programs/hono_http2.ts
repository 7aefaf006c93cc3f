/** A Hono application on `@hono/node-server`, served over HTTP/2. */

import { createSecureServer } from "node:http2";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { createServer as createSockJS } from "../../../mod.ts";
import { sockjs } from "../../../src/adapters/hono.ts";
import { certificate } from "../../support/certificate.ts";
import { serve } from "../../support/program_control.ts";
import { behindProxies, tellAddress } from "../../support/proxied.ts";

/** What `authorize` gives, by the header `As`. */
const responses: Record<string, () => Response> = {
  error: () => Response.error(),
  guest: () => new Response("Pay first", { status: 402 }),
  control: () => new Response(null, { headers: { "X-A": "\x01" } }),
};

const echo = createSockJS({
  prefix: "/echo",
  log: () => {},
  authorize: (request) => responses[request.headers.get("As") ?? ""]?.() ?? true,
});
const app = new Hono();
app.use(sockjs(echo));
for (const [prefix, options] of Object.entries(behindProxies)) {
  const server = createSockJS({ ...options, prefix });
  server.on("connection", tellAddress);
  app.use(sockjs(server));
}

const http2 = createAdaptorServer({
  fetch: app.fetch,
  createServer: createSecureServer,
  serverOptions: certificate,
});

await serve({ http2 });
