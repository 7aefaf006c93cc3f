/**
 * Servers of `node:http2` under fuzz, in compatibility mode.
 *
 * @module
 */

import { createSecureServer, createServer, type ServerHttp2Session } from "node:http2";
import type { Server } from "node:net";
import process from "node:process";
import { installHandlers, type SockJSServer } from "../../../../src/adapters/node.ts";
import { certificate } from "../../../support/certificate.ts";
import { type Application, listener } from "./node_servers.ts";

/** All of them; only where clients may leave early without ending the process. */
export async function http2Servers(
  sockjs: SockJSServer,
  application: Application,
): Promise<Record<string, Server>> {
  if (process.versions["deno"] !== undefined) return {};
  const clear = createServer(listener(application) as never);
  const secure = createSecureServer(
    { ...certificate, allowHTTP1: true },
    listener(application) as never,
  );
  for (const server of [clear, secure]) {
    installHandlers(sockjs, server as never);
    server.on("sessionError", () => {});
  }
  const servers = { clear, secure, ...await honoServer(sockjs) };
  for (const server of Object.values(servers)) server.on("session", endAfterGoaway);
  return servers;
}

/**
 * Ends a session soon after its client has announced that it leaves. Node may keep its socket, and
 * this library looks for such sessions once a minute only.
 */
function endAfterGoaway(session: ServerHttp2Session): void {
  session.once("goaway", () => setTimeout(() => session.destroy(), 100).unref());
}

/** Hono's own way to Node. */
async function honoServer(sockjs: SockJSServer): Promise<Record<string, Server>> {
  if (process.versions["bun"] !== undefined) return {};
  const [{ createAdaptorServer }, { Hono }, adapter] = await Promise.all([
    import("@hono/node-server"),
    import("hono"),
    import("../../../../src/adapters/hono.ts"),
  ]);
  const app = new Hono();
  app.use(adapter.sockjs(sockjs as never) as never);
  const hono = createAdaptorServer({ fetch: app.fetch, createServer: createServer as never });
  return { hono: hono as unknown as Server };
}
