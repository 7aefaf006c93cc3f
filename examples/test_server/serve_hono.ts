/**
 * Serves the test services through a Hono application.
 *
 * @module
 */

import { Hono } from "hono";
import { honoRuntime, middleware } from "../serve_hono.ts";
import type { Services } from "./services.ts";

/** Listens, and resolves with the port. */
export function serveHono(port: number, services: Services): Promise<number> {
  const app = new Hono();
  for (const server of services.servers) app.use(middleware(server));
  app.all("*", (context) => services.other(context.req.raw));
  return honoRuntime.serve(app, port);
}
