/**
 * Serves the test pages from another origin than that of the server under test.
 *
 * @module
 */

import { smokePage } from "../../examples/test_server/smoke_page.ts";
import { client } from "../../src/adapters/served_client.ts";

let server: Deno.HttpServer<Deno.NetAddr> | undefined;

/** Where they are, without a slash at the end. */
export function otherOrigin(): string {
  server ??= Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, respond);
  return `http://127.0.0.1:${server.addr.port}`;
}

function respond(request: Request): Response | Promise<Response> {
  if (!request.url.endsWith("/sockjs.min.js")) return smokePage(request);
  return new Response(client.source, { headers: { "Content-Type": "text/javascript" } });
}

Deno.test.afterAll(() => server?.shutdown());
