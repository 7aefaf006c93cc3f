/** Services behind proxies, on servers of `node:http` that drop headers after the twentieth. */

import { createServer, type Server as HttpServer } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { createServer as createSockJS } from "../../../mod.ts";
import { sockjs } from "../../../src/adapters/hono.ts";
import { installHandlers } from "../../../src/adapters/node.ts";
import { serve } from "../../support/program_control.ts";
import { behindProxies, tellAddress } from "../../support/proxied.ts";

const app = new Hono();
const http = createServer();
const hono = createAdaptorServer({ fetch: app.fetch }) as HttpServer;
for (const each of [http, hono]) each.maxHeadersCount = 20;
for (const [prefix, options] of Object.entries(behindProxies)) {
  const server = createSockJS({ ...options, prefix });
  server.on("connection", tellAddress);
  installHandlers(server, http);
  app.use(sockjs(server));
}

await serve({ http, hono });
