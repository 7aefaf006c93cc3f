/**
 * Serves Hono applications on the current runtime.
 *
 * @module
 */

import type { WebSocketServerLike } from "@hono/node-server";
import { Hono } from "hono";
import type { UpgradeWebSocket as HonoUpgradeWebSocket } from "hono/ws";
import { type Server, websocketHandlers } from "../mod.ts";
import { type Middleware, sockjs } from "../src/adapters/hono.ts";
import { type DenoServes, hostname, type Listening, serveOnDeno } from "./serve.ts";

/** The parts of a Hono application that differ between runtimes. */
export interface HonoRuntime {
  readonly name: "deno" | "bun" | "node";
  /** For an application's own websockets; on Node for SockJS as well. */
  // deno-lint-ignore no-explicit-any
  readonly upgradeWebSocket: HonoUpgradeWebSocket<any, any>;
  /** Listens. */
  serve(app: Hono, port: number): Promise<Listening>;
}

/** What is used of Deno and Bun. */
interface Globals {
  Deno?: DenoServes;
  Bun?: {
    serve(options: { hostname: string; port: number; fetch: Hono["fetch"]; websocket: unknown }): {
      port: number;
      stop(): Promise<void>;
    };
  };
}

const { Deno, Bun } = globalThis as unknown as Globals;

/** The runtime that runs this. */
export const honoRuntime: HonoRuntime = await (Deno ? onDeno(Deno) : Bun ? onBun(Bun) : onNode());

async function onDeno(deno: DenoServes): Promise<HonoRuntime> {
  const { upgradeWebSocket } = await import("hono/deno");
  return {
    name: "deno",
    upgradeWebSocket,
    serve: (app, port) => serveOnDeno(deno, port, app.fetch),
  };
}

async function onBun(bun: NonNullable<Globals["Bun"]>): Promise<HonoRuntime> {
  const { upgradeWebSocket, websocket } = await import("hono/bun");
  return {
    name: "bun",
    upgradeWebSocket,
    serve: (app, port) => {
      const served = bun.serve({
        hostname,
        port,
        fetch: app.fetch,
        websocket: websocketHandlers(websocket),
      });
      return Promise.resolve({ port: served.port, stop: () => served.stop() });
    },
  };
}

async function onNode(): Promise<HonoRuntime> {
  const { serve, upgradeWebSocket } = await import("@hono/node-server");
  const { WebSocketServer } = await import("ws");
  return {
    name: "node",
    upgradeWebSocket,
    serve: (app, port) =>
      new Promise((resolve, reject) => {
        // The cast is for `exactOptionalPropertyTypes`, which `@types/ws` does not know.
        const server = new WebSocketServer({ noServer: true }) as WebSocketServerLike;
        const options = { hostname, port, fetch: app.fetch, websocket: { server } };
        const httpServer = serve(options, ({ port }) => {
          resolve({ port, stop: () => new Promise((resolve) => httpServer.close(resolve)) });
        });
        httpServer.on("error", reject);
      }),
  };
}

/** The middleware of a server, as an application on this runtime writes it. */
export function middleware(server: Server): Middleware {
  const { name, upgradeWebSocket } = honoRuntime;
  return name === "node" ? sockjs(server, { upgradeWebSocket }) : sockjs(server);
}
