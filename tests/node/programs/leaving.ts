/** HTTP/2 servers in a process whose minutes pass when a test says so. */

import { createSecureServer, createServer } from "node:http2";
import type { Server } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { createServer as createSockJS } from "../../../mod.ts";
import { sockjs } from "../../../src/adapters/hono.ts";
import { installHandlers } from "../../../src/adapters/node.ts";
import { certificate } from "../../support/certificate.ts";
import { serve } from "../../support/program_control.ts";

const minute = 60_000;
/** Those that wait for the next minute. */
let waiting: (() => void)[] = [];
const { setTimeout } = globalThis;
Object.assign(globalThis, {
  setTimeout(callback: () => void, ms?: number) {
    return ms === minute ? waiting.push(callback) : setTimeout(callback, ms);
  },
});

const echo = createSockJS({ prefix: "/echo", heartbeatDelay: 10 * minute });
echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

const clear = createServer();
const secure = createSecureServer(certificate);
for (const server of [clear, secure]) installHandlers(echo, server);
const app = new Hono();
app.use(sockjs(echo));
const hono = createAdaptorServer({ fetch: app.fetch, createServer });

const servers: Record<string, Server> = { clear, secure, hono: hono as Server };

await serve(servers, {
  minute() {
    const due = waiting;
    waiting = [];
    for (const callback of due) callback();
  },
  connections: (name) =>
    new Promise((resolve) => servers[name]?.getConnections((_error, count) => resolve(count))),
});
