/**
 * The services that protocol suites expect, on `--port` (8081 unless told):
 *
 * ```sh
 * deno task test-server --runtime bun --port 8081
 * ```
 *
 * @module
 */

import { createServer } from "../../mod.ts";
import { portArgument, serve } from "./serve.ts";
import { createServices } from "./services.ts";

const services = createServices(createServer);

console.log(
  await serve({
    port: portArgument(8081),
    handler: services.handler,
    websocket: services.first.websocket,
  }),
);
