/** Tests of SockJS in Hono applications, against a server process per runtime. */

import { assert, assertEquals } from "@std/assert";
import { Hono } from "hono";
import { createServer } from "../../mod.ts";
import { sockjs } from "../../src/adapters/hono.ts";
import { StockClient } from "../support/stock_client.ts";
import { harmful, harmless } from "./middleware.ts";
import { nodes, onEachRuntime, onTheirOwn, theEnd } from "./on_each_runtime.ts";

/** Those that go different ways through the response. */
const transports = ["websocket", "xhr-streaming", "xhr-polling"];

for (const transport of transports) {
  onEachRuntime(`${transport} echoes`, (hono) => hono.echo("/plain", transport));

  const names = [...Object.keys(harmless), ...Object.keys(harmful)];
  onEachRuntime(`${transport} echoes before each other middleware`, async (hono) => {
    await Promise.all(names.map((name) => hono.echo(`/after/${name}`, transport)));
  });
}

for (const name of Object.keys(harmless)) {
  onEachRuntime(`${transports.join(", ")} echo behind ${name}`, async (hono) => {
    await Promise.all(transports.map((transport) => hono.echo(`/before/${name}`, transport)));
  });
}

onEachRuntime("a websocket lives behind middleware that ruins the response", async (hono) => {
  for (const service of ["/before/replaces", "/before/throws", "/before_all"]) {
    const frames = await hono.converse(`${service}/000/id/websocket`, '"hello"', 2);
    assertEquals(frames, ["o", 'a["hello"]'], service);
  }
  // Of HTTP that is the application's own wish.
  assertEquals(await hono.text("/before/replaces/info"), "Replaced");
  assertEquals(await hono.text("/before/throws/info"), "Thrown after the upgrade");
  // Nor did the server end, which on Deno any other response to an upgrade makes it do.
  await hono.echo("/plain", "websocket");
});

onEachRuntime("headers of middleware reach the response, its own stay", async (hono) => {
  const before = await hono.get("/before/headers_before/info");
  assertEquals(before.headers.get("X-Before"), "yes");
  assertEquals(before.headers.get("Content-Type"), "application/json; charset=UTF-8");
  const after = await hono.get("/before/headers_after");
  assertEquals(after.headers.get("X-After"), "yes, indeed");
  assertEquals(await after.text(), "Welcome to SockJS!\n");
});

onEachRuntime("the prefix is the whole path, wherever the middleware is", async (hono) => {
  const services = ["/deep/er/echo", "/narrow", "/exact", "/base/echo", "/routed/echo"];
  for (const service of services) {
    assertEquals(await hono.text(service), "Welcome to SockJS!\n", service);
    for (const transport of transports) await hono.echo(service, transport);
  }
});

onEachRuntime("requests outside the prefix are the application's", async (hono) => {
  assertEquals(await hono.text("/plain_and_more"), "of the application");
  const unknown = await hono.get("/plainly");
  assertEquals([unknown.status, await unknown.text()], [404, "404 Not Found"]);
  const ours = await hono.get("/plain/nothing");
  assertEquals([ours.status, await ours.text()], [404, "Not found"]);
});

onEachRuntime("a connection knows its client's address and its prefix", async (hono) => {
  for (const transport of transports) {
    await using client = await StockClient.open(hono.url("/deep/er/echo"), [transport]);
    client.send("who");
    const [response = ""] = await client.receive(1);
    assertEquals(JSON.parse(response), { prefix: "/deep/er/echo", remoteAddress: "127.0.0.1" });
  }
});

onEachRuntime("the application's own websockets work beside SockJS's", async (hono) => {
  const [frames] = await Promise.all([
    hono.converse("/own", "hello", 1),
    hono.echo("/plain", "websocket"),
  ]);
  assertEquals(frames, ["own hello"]);
});

const origin = "https://page.example";

async function allowed(response: Promise<Response>): Promise<(string | null)[]> {
  const { headers, body } = await response;
  await body?.cancel();
  return ["Origin", "Credentials"].map((name) => headers.get(`Access-Control-Allow-${name}`));
}

onEachRuntime("cookies pass to other origins when cors() comes after SockJS", async (hono) => {
  assertEquals(await allowed(hono.get("/after/cors/info", { origin })), [origin, "true"]);
  assertEquals(await hono.logged("/after/cors"), []);
});

onEachRuntime("cors() before SockJS keeps cookies away, and is complained about", async (hono) => {
  // Nothing is wrong with requests of the same origin.
  await allowed(hono.get("/before/cors/info"));
  assertEquals(await hono.logged("/before/cors"), []);
  for (let count = 0; count < 2; count++) {
    assertEquals(await allowed(hono.get("/before/cors/info", { origin })), ["*", "true"]);
  }
  const [line, ...others] = await hono.logged("/before/cors");
  assert(line?.includes("call app.use(sockjs(server)) before app.use(cors())"), line);
  assertEquals(others, []);
});

onEachRuntime("cors() that says the same as SockJS is no fault", async (hono) => {
  const service = "/before/cors_with_credentials";
  assertEquals(await allowed(hono.get(`${service}/info`, { origin })), [origin, "true"]);
  assertEquals(await hono.logged(service), []);
});

onEachRuntime("cors() alone decides with disableCors", async (hono) => {
  const service = "/cors_without_ours";
  const friend = "https://app.example";
  assertEquals(await allowed(hono.get(`${service}/info`, { origin: friend })), [friend, "true"]);
  assertEquals(await allowed(hono.get(`${service}/info`, { origin })), [null, "true"]);
  assertEquals(await hono.logged(service), []);
});

const mounts = ["/mounted", "/mounted_anew"];

onEachRuntime("mount with replaceRequest: false gives all transports", async (hono) => {
  for (const service of mounts) {
    for (const transport of transports) await hono.echo(service, transport);
  }
}, onTheirOwn);

onEachRuntime("mount gives transports over HTTP on Node, and 400 to websockets", async (hono) => {
  for (const service of mounts) {
    await hono.echo(service, "xhr-streaming");
    assertEquals(await hono.handshake(`${service}/000/id/websocket`), 400);
  }
}, nodes);

onEachRuntime("mount that replaces the request gives transports over HTTP", async (hono) => {
  for (const transport of ["xhr-streaming", "xhr-polling"]) {
    await hono.echo("/mounted_plainly", transport);
  }
});

onEachRuntime("mount that replaces the request gives 400 to websockets", async (hono) => {
  assertEquals(await hono.handshake("/mounted_plainly/000/id/websocket"), 400);
}, ["bun", ...nodes]);

onEachRuntime("mount that replaces the request leaves websockets dead", async (hono) => {
  // The new request looks like the one that Deno made, but Deno upgrades only its own.
  assertEquals(await hono.handshake("/mounted_plainly/000/id/websocket"), 101);
}, ["deno"]);

onEachRuntime("what the runtime passed may be in env.server", async (hono) => {
  for (const transport of transports) await hono.echo("/within", transport);
}, onTheirOwn);

onEachRuntime("without upgradeWebSocket there are no websockets, which is logged", async (hono) => {
  assertEquals((await (await hono.get("/bare/info")).json()).websocket, false);
  assertEquals(await hono.handshake("/bare/000/id/websocket"), 400);
  const [line, ...others] = await hono.logged("/bare");
  assert(line?.includes("sockjs(server, { upgradeWebSocket })"), line);
  assertEquals(others, []);
  await hono.echo("/bare", "xhr-streaming");
  await hono.get("/bare_http/info");
  assertEquals(await hono.logged("/bare_http"), []);
}, nodes);

Deno.test("through middleware, info of a server that drains is a 503 with CORS, and sessions open", async () => {
  const echo = createServer({ prefix: "/echo" });
  const app = new Hono();
  app.use(sockjs(echo));
  echo.drain();
  const info = await app.request("/echo/info", { headers: { Origin: "http://page" } });
  assertEquals([info.status, await info.text()], [503, "Server is draining"]);
  assertEquals(info.headers.get("Access-Control-Allow-Origin"), "http://page");
  const poll = await app.request("/echo/server/id/xhr", { method: "POST" });
  assertEquals([poll.status, await poll.text()], [200, "o\n"]);
  await echo.close({ timeout: 0 });
});

theEnd();
