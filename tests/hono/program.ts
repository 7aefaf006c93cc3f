/** The application under test: SockJS beside routes, middleware and error handlers of Hono. */

import process from "node:process";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { mount } from "hono/mount";
import { honoRuntime, middleware } from "../../examples/serve_hono.ts";
import { createServer, type ServerOptions } from "../../mod.ts";
import { sockjs } from "../../src/adapters/hono.ts";
import { harmful, harmless } from "./middleware.ts";

/** What services have logged, by prefix. */
const logged: Record<string, string[]> = {};

function createEcho(prefix: string, options: ServerOptions = {}) {
  const lines: string[] = logged[prefix] = [];
  const echo = createServer({
    ...options,
    prefix,
    log: (severity, message) => {
      if (severity !== "debug" && severity !== "info") lines.push(message);
    },
  });
  echo.on("connection", (connection) => {
    connection.on("data", (message) => {
      const { prefix, remoteAddress } = connection;
      connection.write(message === "who" ? JSON.stringify({ prefix, remoteAddress }) : message);
    });
  });
  return echo;
}

const app = new Hono();
app.onError((error, c) => c.text(error.message, 500));

// Beside other middleware.
for (const [name, its] of Object.entries({ ...harmless, ...harmful })) {
  app.use(`/before/${name}/*`, its);
  app.use(middleware(createEcho(`/before/${name}`)));
  app.use(middleware(createEcho(`/after/${name}`)));
  app.use(`/after/${name}/*`, its);
}
for (const its of Object.values(harmless)) app.use("/before_all/*", its);
app.use("/before_all/*", harmful["throws"]!);
app.use(middleware(createEcho("/before_all")));
app.use("/cors_without_ours/*", cors({ origin: "https://app.example", credentials: true }));
app.use(middleware(createEcho("/cors_without_ours", { disableCors: true })));

// Where it is.
app.use(middleware(createEcho("/plain")));
app.use(middleware(createEcho("/deep/er/echo")));
app.use("/narrow/*", middleware(createEcho("/narrow")));
app.all("/exact/*", middleware(createEcho("/exact")));
app.basePath("/base").use(middleware(createEcho("/base/echo")));
const routed = new Hono();
routed.onError((error, c) => c.text(`In the route: ${error.message}`, 500));
routed.use(middleware(createEcho("/routed/echo")));
app.route("/routed", routed);
app.get("/plain_and_more", (c) => c.text("of the application"));
const within = new Hono();
within.use(middleware(createEcho("/within")));
app.all("/within/*", (c) => within.fetch(c.req.raw, { server: c.env }));

// The other way to put a handler into an application.
app.mount("/mounted", createEcho("/mounted").handler, { replaceRequest: false });
app.all("/mounted_anew/*", mount(createEcho("/mounted_anew").handler, { replaceRequest: false }));
app.mount("/mounted_plainly", createEcho("").handler);

// Websockets of its own.
app.get(
  "/own",
  honoRuntime.upgradeWebSocket(() => ({
    onMessage: ({ data }, socket) => socket.send(`own ${data}`),
  })),
);

// What is missing.
app.use(sockjs(createEcho("/bare")));
app.use(sockjs(createEcho("/bare_http", { websocket: false })));

app.get("/logged", (c) => c.json(logged[c.req.query("of") ?? ""] ?? null));

const { port } = await honoRuntime.serve(app, 0);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(0));
console.log(`http://127.0.0.1:${port}`);
