/** Services inside frameworks, mounted as request listeners. */

import dns from "node:dns";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import process from "node:process";
import express from "express";
import fastify from "fastify";
import Koa from "koa";
import { createServer as createSockJS } from "../../../mod.ts";
import { installHandlers, requestListener } from "../../../src/adapters/node.ts";
import { certificate } from "../../support/certificate.ts";
import { serve } from "../../support/program_control.ts";

const logged: string[] = [];
const echo = createSockJS({
  prefix: "/echo",
  log: (severity, message) => severity === "error" && logged.push(message),
});
echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});
const listener = requestListener(echo);

const expressApp = express();
expressApp.use((req: IncomingMessage, res: ServerResponse, next: () => void) => {
  if (!listener(req, res)) next();
});
expressApp.use((_req: IncomingMessage, res: ServerResponse) => void res.end("express"));

/** Koa comes without types. */
interface KoaContext {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  respond: boolean;
  body: string;
}
const koaApp = new Koa();
// It would log clients that go away.
koaApp.silent = true;
koaApp.use((ctx: KoaContext, next: () => Promise<void>) => {
  if (!listener(ctx.req, ctx.res)) return next();
  ctx.respond = false;
});
koaApp.use((ctx: KoaContext) => void (ctx.body = "koa"));

/** Called by hand, and again. */
const bare = createServer((req, res) => {
  if (!listener(req, res)) return res.end("bare");
  if (!listener(req, res)) throw new Error("It has been taken");
});

/** Without websockets. */
const unaided = createServer((req, res) => void listener(req, res));

const http2 = createSecureServer({ ...certificate, allowHTTP1: true }, (req, res) => {
  if (!listener(req, res)) res.end("http2");
});

/** By the Web-standard handler, which has no websockets here. */
const bridge = createServer(async ({ url, headers }, res) => {
  const request = new Request(`http://localhost${url}`, { headers: headers as HeadersInit });
  const response = await echo.handler(request);
  res.writeHead(response.status).end(await response.text());
});

const servers: Record<string, Server> = {
  express: createServer(expressApp),
  koa: createServer(koaApp.callback()),
  bare,
};
// For websockets, and nothing else.
for (const server of Object.values(servers)) {
  const listeners = server.rawListeners("request");
  installHandlers(echo, server);
  server.removeAllListeners("request");
  for (const each of listeners) server.on("request", each as () => void);
}

/** `localhost` of machines that have two of them. */
const addresses = [{ address: "127.0.0.1", family: 4 }, { address: "127.0.0.2", family: 4 }];
// The lookup that Fastify does. Clients connect by address.
const { lookup } = dns;
Object.assign(dns, {
  lookup(host: string, ...rest: unknown[]) {
    const callback = rest.at(-1) as (error: null, ...result: unknown[]) => void;
    if (host !== "localhost") return Reflect.apply(lookup, dns, [host, ...rest]);
    const { all } = (rest[0] ?? {}) as { all?: boolean };
    if (all === true) callback(null, addresses);
    else callback(null, addresses[0]!.address, addresses[0]!.family);
  },
});
const app = fastify();
app.addHook("onRequest", (request, reply, done) => {
  if (listener(request.raw, reply.raw)) reply.hijack();
  else done();
});
app.get("/", (_request, reply) => reply.send("fastify"));
installHandlers(echo, app.server);
await app.listen({ port: 0, host: "localhost" });
process.on("exit", () => void app.close());

await serve({ ...servers, http2, bridge, unaided }, {
  fastify: () => (app.server.address() as AddressInfo).port,
  addresses: () => app.addresses().map((each) => (each as AddressInfo).address).sort(),
  logged: () => logged.splice(0),
});
