/**
 * A test for each row of the table of differences, by its name. Where the original can be run, it is
 * the control.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { once } from "node:events";
import { createServer } from "node:http";
import type { Connection } from "../../src/adapters/sockjs_node.ts";
import { packages, PackageSite } from "./both_packages.ts";

type PackageName = keyof typeof packages;

/** What a row's steps show. */
type Steps = (site: PackageSite, name: PackageName) => Promise<unknown> | unknown;

const tested: string[] = [];

/** @param original absent where the original would end the process, or never an end. */
function difference(row: string, steps: Steps, ours: unknown, original?: unknown): void {
  tested.push(row);
  const expected = original === undefined ? { ours } : { ours, original };
  for (const [name, value] of Object.entries(expected)) {
    Deno.test({
      name: `difference "${row}": ${name}`,
      // Sessions outlive their test by the disconnect delay.
      sanitizeOps: false,
      sanitizeResources: false,
      async fn() {
        await using site = new PackageSite(
          name as PackageName,
          row !== "requests that nothing handles",
        );
        assertEquals(await steps(site, name as PackageName), value);
      },
    });
  }
}

/** What a message on a websocket leads to: the event of the connection, or the close of the socket. */
async function receivedFrom(
  site: PackageSite,
  path: string,
  sent: string | Uint8Array<ArrayBuffer>,
) {
  const received = Promise.withResolvers<string>();
  site.serve({}, (connection) => {
    connection.on("data", (message) => received.resolve((message as object).constructor.name));
  });
  const socket = await site.websocket(path);
  socket.onclose = ({ code }) => received.resolve(`closed with ${code}`);
  socket.send(sent);
  const result = await received.promise;
  socket.close();
  return result;
}

difference("failing listeners", async (site) => {
  site.serve({}, () => {
    throw new Error("from a listener");
  });
  return [await site.post("xhr"), await site.post("xhr")];
}, ["200 o", '200 c[1011,"Internal error"]']);

difference(
  "messages that are no strings",
  (site) => receivedFrom(site, "/echo/server/session/websocket", "[5]"),
  "closed with 3000",
  "Number",
);

difference(
  "binary messages",
  (site) => receivedFrom(site, "/echo/websocket", new Uint8Array([1])),
  "closed with 1003",
  "Buffer",
);

difference(
  "slow clients",
  async (site) => {
    site.serve();
    await site.post("xhr");
    return (await site.connection()).write("x".repeat(100_000));
  },
  false,
  true,
);

difference(
  "long messages",
  (site) => receivedFrom(site, "/echo/server/session/websocket", `"${"x".repeat(9_000_000)}"`),
  "closed with 1009",
  "String",
);

difference(
  "limits of the server",
  async (site) => {
    site.serve({ prefix: "/echo", maxSessions: 1 });
    site.serve({ prefix: "/other", maxSessions: 1 });
    const socket = await site.websocket();
    const result = await site.post("xhr");
    socket.close();
    return result;
  },
  "503 Too many sessions",
  "200 o",
);

difference(
  "pauses",
  async (site) => {
    site.serve();
    await site.post("xhr");
    return typeof (await site.connection()).pause;
  },
  "function",
  "undefined",
);

difference(
  "frames of several messages",
  async (site) => {
    site.serve({}, (connection) => {
      connection.on("data", () => ["one", "two"].map((message) => connection.write(message)));
    });
    const socket = await site.websocket();
    const frame = new Promise((resolve) => {
      socket.onmessage = ({ data }) => data === "o" || resolve(data);
    });
    socket.send('"go"');
    const result = await frame;
    socket.close();
    return result;
  },
  'a["one","two"]',
  'a["one"]',
);

difference(
  "close codes of websockets",
  async (site) => {
    site.serve({}, (connection) => connection.close(3500, "why"));
    const socket = await site.websocket();
    const { code } = await new Promise<CloseEvent>((resolve) => socket.onclose = resolve);
    return code;
  },
  3500,
  1000,
);

difference(
  "arguments of close",
  async (site) => {
    site.serve();
    await site.post("xhr");
    const connection = await site.connection();
    const closed = new Promise((resolve) =>
      connection.on("close", (event) => resolve(event ?? null))
    );
    const poll = site.post("xhr");
    connection.close(3500, "why");
    await poll;
    return await closed;
  },
  { code: 3500, reason: "why", wasClean: true },
  null,
);

difference(
  "destroy",
  async (site) => {
    site.serve();
    const socket = await site.websocket("/echo/websocket");
    const connection = await site.connection();
    const events: string[] = [];
    for (const event of ["end", "close"]) connection.on(event, () => events.push(event));
    connection.destroy();
    await once(socket, "close");
    return events;
  },
  ["close"],
  [],
);

difference(
  "invalid close codes",
  async (site) => {
    site.serve();
    await site.post("xhr");
    const connection = await site.connection();
    try {
      return connection.close(70_000, "why");
    } catch (error) {
      return (error as Error).name;
    }
  },
  "RangeError",
  true,
);

difference(
  "invalid options",
  (site) => {
    try {
      return typeof site.serve({ base_url: "/echo" });
    } catch (error) {
      return (error as Error).name;
    }
  },
  "TypeError",
  "object",
);

difference(
  "log",
  (_site, name) => {
    const { log } = console;
    const lines: string[] = [];
    console.log = (line) => lines.push(line);
    try {
      packages[name].createServer().installHandlers(createServer());
    } finally {
      console.log = log;
    }
    return lines;
  },
  [],
  ['SockJS v0.3.24 bound to ""'],
);

difference(
  "null",
  async (site) => {
    site.serve({ websocket: null });
    return JSON.parse(await site.get("/echo/info")).websocket;
  },
  true,
  null,
);

difference(
  "our own options",
  async (site) => {
    site.serve({ disableCors: true });
    return JSON.parse(await site.get("/echo/info")).origins ?? "none";
  },
  "none",
  ["*:*"],
);

difference("delays that are no delays", async (site) => {
  site.serve({ heartbeat_delay: 0 });
  await site.post("xhr");
  const poll = site.post("xhr");
  await site.post("xhr_send", '["x"]');
  return await poll;
}, '200 a["x"]');

difference(
  "prefixes",
  async (site) => {
    site.serve({ prefix: "/a|/b" });
    return (await site.get("/a/info")).slice(0, 7);
  },
  '{"webso',
  "Welcome",
);

difference(
  "sessions of several services",
  async (site) => {
    site.serve({ prefix: "/one", response_limit: 1 });
    site.serve({ prefix: "/two", response_limit: 1 });
    const first = await site.post("xhr", "", "/one");
    (await site.connection()).write("for one");
    return [first, await site.post("xhr", "", "/two")];
  },
  ["200 o", "200 o"],
  ["200 o", '200 a["for one"]'],
);

difference(
  "the iframe page",
  async (site) => {
    site.serve({ sockjs_url: "/a.js?b&c" });
    return /src="(.*)"/.exec(await site.get("/echo/iframe.html"))?.[1];
  },
  "/a.js?b&amp;c",
  "/a.js?b&c",
);

difference(
  "faye_server_options",
  (site) => {
    const lines: string[] = [];
    const log = (severity: string, line: string) => severity === "info" && lines.push(line);
    site.serve({ log, faye_server_options: { ping: 15 } });
    return lines;
  },
  ["Ignored in faye_server_options: ping"],
  [],
);

difference("peers that answer no pings", async (site) => {
  site.serve({ heartbeat_delay: 10, heartbeatTimeout: 10 });
  const connection = await Deno.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(await site.url("/")).port),
  });
  const head = ["GET /echo/server/session/websocket HTTP/1.1", "Host: a", "Connection: Upgrade"]
    .concat("Upgrade: websocket", "Sec-WebSocket-Version: 13")
    .concat("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", "").join("\r\n");
  await connection.write(new TextEncoder().encode(head));
  const text = await new Response(connection.readable).text();
  // Open frame and ping, and no close frame.
  return text.slice(text.indexOf("\r\n\r\n") + 4);
}, "\ufffd\x01o\ufffd\x00");

difference("long streams", async (site) => {
  site.serve({ responseTimeLimit: 1, heartbeat_delay: 30 });
  const stream = await site.post("xhr_streaming");
  // Without the heartbeat where the limit passes before the open frame is sent.
  return stream.endsWith("\no\nh") || stream.endsWith("\no");
}, true);

difference(
  "aborted responses",
  async (site) => {
    site.serve({}, (connection) => connection.write("message"));
    const client = new AbortController();
    const stream = await fetch(await site.url(`/echo${site.session}/xhr_streaming`), {
      method: "POST",
      signal: client.signal,
    });
    const closed = once(await site.connection() as unknown as Connection, "close");
    const decoder = new TextDecoder();
    for await (const bytes of stream.body!) {
      if (decoder.decode(bytes).includes("message")) break;
    }
    client.abort();
    await closed;
    return await site.post("xhr");
  },
  '200 c[1002,"Connection interrupted"]',
  "200 o",
);

difference("requests that nothing handles", async (site) => {
  site.serve();
  const response = await fetch(await site.url("/other"));
  await response.body?.cancel();
  return response.status;
}, 404);

difference(
  "texts of errors",
  async (site) => {
    site.serve();
    return await site.get("/echo/other");
  },
  "Not found",
  "404 Error: Page not found\n",
);

difference("types", () => {
  const mayBeMissing: undefined extends Connection["remoteAddress"] ? true : false = true;
  return mayBeMissing;
}, true);

difference(
  "the header origin",
  async (site) => {
    site.serve();
    await fetch(await site.url("/echo/server/origin/xhr"), {
      method: "POST",
      headers: { Origin: "http://origin" },
    }).then((response) => response.text());
    return (await site.connection() as unknown as Connection).headers["origin"];
  },
  "http://origin",
  undefined,
);

const insides = ["recv", "readyState", "prefix", "send", "close", "didMessage", "didTimeout"];
const others = ["send_buffer", "to_tref", "session_id", "heartbeat_delay"];

difference(
  "insides of a session",
  async (site) => {
    site.serve();
    await site.post("xhr");
    const { _session } = await site.connection() as unknown as { _session: object };
    const has = (name: string) => name in _session;
    return [insides.every(has), others.some(has)];
  },
  [true, false],
  [true, true],
);

difference("failing replacements", async (site) => {
  site.serve({}, (connection) => {
    const emit = () => {
      throw new Error("from emit");
    };
    Object.assign(connection, { emit });
  });
  await site.post("xhr");
  await site.post("xhr_send", '["one"]');
  return await site.post("xhr");
}, '200 c[1011,"Internal error"]');

Deno.test("each row of the table of differences has a test here, and each test has a row", () => {
  const readme = new URL("../../src/adapters/sockjs_node/README.md", import.meta.url);
  const [, table = ""] = Deno.readTextFileSync(readme).split(
    "These differences from sockjs-node are intended:",
  );
  const rows = [...table.matchAll(/^\| ([^|]+?) +\|/gm)].map(([, name]) =>
    name!.replaceAll("`", "")
  );
  assertMatch(rows.shift() ?? "", /subject/);
  assert(rows.shift()?.startsWith("---"));
  assertEquals(rows, tested);
});
