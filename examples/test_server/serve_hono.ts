/**
 * Serves the test services through a Hono application.
 *
 * @module
 */

import { Hono } from "hono";
import type { Listening } from "../serve.ts";
import { honoRuntime, middleware } from "../serve_hono.ts";
import type { Services } from "./services.ts";

/** Listens. */
export function serveHono(port: number, services: Services): Promise<Listening> {
  const app = new Hono();
  for (const server of services.servers) app.use(middleware(server));
  app.all("*", (context) => services.other(context.req.raw));
  return honoRuntime.serve(app, port);
}
