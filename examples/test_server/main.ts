/**
 * The services that protocol suites expect, on `--port` (8081 unless told); with
 * `--via node` or `--via hono`, on a server of `node:http` or through Hono:
 *
 * ```sh
 * deno task test-server --runtime bun --port 8081
 * ```
 *
 * @module
 */

import { createServer } from "../../mod.ts";
import { readArguments, serve } from "./serve.ts";
import { createServices } from "./services.ts";

console.log(await serve(readArguments(8081), createServices(createServer)));
