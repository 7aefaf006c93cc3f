// An echo service with a page to try its transports, on Deno or Bun:
//   deno run -A examples/echo/main.ts [--port 8080]
//   bun run examples/echo/main.ts [--port 8080]

import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { createServer } from "../../mod.ts";

// The iframe transports load the client again: it must be the page's version.
const echo = createServer({ prefix: "/echo", sockjsUrl: "/sockjs.min.js" });

echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

const CLIENT = "../../node_modules/sockjs-client/dist/sockjs.min.js";
const FILES = new Map([
  ["/", "page/index.html"],
  ["/style.css", "page/style.css"],
  ["/app.js", "page/app.js"],
  ["/icon.svg", "page/icon.svg"],
  ["/sockjs.min.js", CLIENT],
]);
const TYPES = new Map([
  [".html", "text/html; charset=UTF-8"],
  [".css", "text/css; charset=UTF-8"],
  [".js", "text/javascript; charset=UTF-8"],
  [".svg", "image/svg+xml"],
]);

/** The page's own files; everything else is the echo service's. */
function serve(request: Request, info?: unknown): Response | Promise<Response> {
  const file = FILES.get(new URL(request.url).pathname);
  return file ? sendFile(file) : echo.handler(request, info);
}

async function sendFile(file: string): Promise<Response> {
  try {
    const content = await readFile(new URL(file, import.meta.url), "utf8");
    const type = TYPES.get(extname(file)) ?? "application/octet-stream";
    return new Response(content, { headers: { "Content-Type": type } });
  } catch {
    const hint = file === CLIENT ? ": run `deno install` first" : "";
    console.error(`Cannot read ${file}${hint}`);
    return new Response(`Cannot read this file${hint}\n`, { status: 500 });
  }
}

/** Starts to listen, and returns the port. */
function listen(port: number): number {
  const options = { hostname: "127.0.0.1", port };
  if (Deno) {
    return Deno.serve({ ...options, onListen() {} }, serve).addr.port;
  }
  if (Bun) {
    const { websocket } = echo;
    return Bun.serve({ ...options, fetch: serve, websocket }).port;
  }
  throw new Error("Cannot start: this example runs on Deno or Bun");
}

// What is used of each runtime, so that both type-check on either.
interface Address {
  hostname: string;
  port: number;
}
interface Runtimes {
  Deno?: {
    serve(
      options: Address & { onListen(): void },
      handler: typeof serve,
    ): { addr: { port: number } };
  };
  Bun?: {
    serve(options: Address & { fetch: typeof serve; websocket: unknown }): { port: number };
  };
}
const { Deno, Bun } = globalThis as unknown as Runtimes;

const { values } = parseArgs({ options: { port: { type: "string" } } });
const wanted = values.port ?? process.env["PORT"];
let port: number;
try {
  port = listen(Number(wanted ?? 8080));
} catch (error) {
  if (wanted !== undefined) throw error;
  port = listen(0);
  console.log("Port 8080 is taken: this is on a free one.");
}
console.log(`SockJS echo: open http://127.0.0.1:${port}/`);
