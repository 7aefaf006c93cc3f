/**
 * The services that protocol suites expect, and a page that checks every transport
 * in a browser, on `--port` (8081 unless told); with `--via node` or `--via hono`,
 * on a server of `node:http` or through Hono:
 *
 * ```sh
 * deno task test-server --runtime bun --port 8081
 * ```
 *
 * @module
 */

import { createServer } from "../../mod.ts";
import { client } from "../../src/adapters/served_client.ts";
import { announce } from "../serve.ts";
import { readArguments, serve } from "./serve.ts";
import { createServices } from "./services.ts";
import { addSmokePage } from "./smoke_page.ts";
import { Witness } from "./witness.ts";

const witness = new Witness();
const services = createServices((options) => {
  const server = createServer(options);
  witness.watch(server);
  return server;
}, { serveClient: client });
addSmokePage(services, witness);
const address = await serve(readArguments(8081), services);
announce("The services of SockJS protocol suites, and a page that checks every transport", address);
