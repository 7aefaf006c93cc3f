/** Each kind of refusal, by what leads to it. */

import { assertEquals, assertMatch } from "@std/assert";
import { inNextTurn } from "../../../src/event_loop/turns.ts";
import type { ServerOptions } from "../../../src/options/server_options.ts";
import type { RequestRuntime } from "../../../src/runtimes/runtime.ts";
import { Server } from "../../../src/server/server.ts";
import { type Refusal, refusals } from "../../../src/session/refusals.ts";
import { connectSocket, FakeRuntime, handshake, onRuntime } from "../../support/fake_runtime.ts";
import { fakeTime, microtasks, pass, soon } from "../../support/fake_time.ts";
import { MemoryEngine } from "../../support/memory_bus.ts";
import { connect, PollingClient } from "../../support/polling_client.ts";

/** What leads to a refusal. */
interface Case {
  readonly options?: ServerOptions;
  readonly runtime?: RequestRuntime;
  /** What the line tells besides the reason. */
  readonly detail?: string;
  readonly happen: (site: Site) => unknown;
}

interface Site {
  readonly server: Server;
  readonly runtime: FakeRuntime;
  readonly time: ReturnType<typeof fakeTime>;
  /** Makes a request for a path, and returns the status of the response. */
  readonly ask: (path: string, init?: RequestInit) => Promise<number>;
}

const session = "/echo/server/id";
const post = { method: "POST" };

async function send(site: Site, body: BodyInit): Promise<number> {
  await connect(site.server, "id");
  return await site.ask(`${session}/xhr_send`, { ...post, body });
}

async function receive({ server, runtime }: Site, text: string | undefined): Promise<void> {
  const { socket } = await connectSocket(server, runtime);
  socket.listener.message(text);
}

const downBus = new MemoryEngine().open();
downBus.error = new Error("The bus is down");

/** Kinds may have several cases, by the words behind the name. */
const cases: Readonly<Record<string, Case>> = {
  "Server is shutting down": {
    happen: async ({ server, ask }) => {
      server.close();
      assertEquals(await ask(`${session}/xhr`, post), 503);
    },
  },
  "Server is draining": {
    happen: async ({ server, ask }) => {
      server.drain();
      assertEquals(await ask("/echo/info"), 503);
    },
  },
  "Too many bytes are waiting": {
    options: { maxTotalBufferedBytes: 50_000 },
    happen: async ({ server, ask }) => {
      const { connection } = await connect(server);
      connection.write("x".repeat(60_000));
      assertEquals(await ask("/echo/info"), 503);
    },
  },
  "Too many sessions": {
    options: { maxSessions: 1 },
    happen: async ({ server, ask }) => {
      await connect(server);
      assertEquals(await ask(`${session}/xhr`, post), 503);
    },
  },
  "Too many sessions (websocket)": {
    options: { maxSessions: 1 },
    happen: async ({ server }) => {
      await connect(server);
      await server.handle(handshake("http://host/echo/websocket"));
    },
  },
  host: {
    runtime: { endpoints: () => ({}), hasItsPath: () => false },
    happen: ({ ask }) => ask("/echo/info"),
  },
  outside: { detail: '"/other"', happen: ({ ask }) => ask("/other?secret") },
  path: { detail: '"/echo/nothing"', happen: ({ ask }) => ask("/echo/nothing?secret") },
  "path (of a session)": {
    detail: '"/echo/server/<session>/nothing"',
    happen: ({ ask }) => ask(`${session}/nothing`),
  },
  off: {
    options: { websocket: false },
    detail: "the transport websocket",
    happen: ({ ask }) => ask(`${session}/websocket`),
  },
  "off (raw)": {
    options: { websocket: false },
    detail: "the transport websocket-raw",
    happen: ({ ask }) => ask("/echo/websocket"),
  },
  "off (iframe)": {
    options: { disableCors: true },
    detail: "the iframe page",
    happen: ({ ask }) => ask("/echo/iframe-1.6.1.html"),
  },
  method: {
    detail: '"DELETE", allowed are POST, OPTIONS',
    happen: ({ ask }) => ask(`${session}/xhr`, { method: "DELETE" }),
  },
  origin: {
    options: { origins: ["https://good"] },
    detail: '"https://evil\\u009b"',
    happen: async ({ ask }) => {
      const headers = { Origin: "https://evil\x9b" };
      assertEquals(await ask("/echo/info", { headers }), 403);
    },
  },
  "origin (none)": {
    options: { origins: ["https://good"] },
    detail: "of another site",
    happen: ({ ask }) => ask("/echo/info", { headers: { "Sec-Fetch-Site": "cross-site" } }),
  },
  authorize: {
    options: { authorize: () => false },
    happen: ({ ask }) => ask(`${session}/xhr`, post),
  },
  "authorize (response)": {
    options: { authorize: () => new Response(null, { status: 401 }) },
    detail: "its response has the status 401",
    happen: ({ ask }) => ask(`${session}/xhr`, post),
  },
  "authorize (websocket)": {
    options: { authorize: () => false },
    happen: ({ server }) => server.handle(handshake("http://host/echo/websocket")),
  },
  key: {
    options: { authorize: (request) => ({ key: request.headers.get("Cookie") ?? "" }) },
    happen: async ({ server, ask }) => {
      await connect(server, "id");
      assertEquals(await ask(`${session}/xhr`, { ...post, headers: { Cookie: "b" } }), 403);
    },
  },
  "key (of a session that opened meanwhile)": {
    options: { authorize: (request) => Promise.resolve({ key: request.headers.get("Cookie")! }) },
    happen: async ({ ask }) => {
      const open = (key: string) => ask(`${session}/xhr`, { ...post, headers: { Cookie: key } });
      assertEquals(await Promise.all([open("a"), open("b")]), [200, 403]);
    },
  },
  handshake: {
    detail: 'no Connection, Upgrade "x", no Sec-WebSocket-Version',
    happen: ({ ask }) => ask(`${session}/websocket`, { headers: { Upgrade: "x" } }),
  },
  "handshake (runtime)": {
    detail: "the runtime did not take it",
    happen: ({ server, runtime }) => {
      runtime.opens = false;
      return server.handle(handshake("http://host/echo/websocket"));
    },
  },
  callback: { happen: ({ ask }) => ask(`${session}/jsonp`) },
  session: { happen: ({ ask }) => ask(`${session}/xhr_send`, { ...post, body: '["x"]' }) },
  body: {
    happen: (site) =>
      send(site, new ReadableStream({ pull: (it) => it.error(new Error("reset")) })),
  },
  longBody: { options: { maxMessageSize: 10 }, happen: (site) => send(site, '["0123456789"]') },
  payload: { happen: (site) => send(site, "[1]") },
  receiver: {
    happen: async ({ server, time }) => {
      const { client } = await connect(server);
      client.poll();
      await microtasks();
      await soon(time, client.poll());
    },
  },
  binary: { happen: (site) => receive(site, undefined) },
  longMessage: {
    options: { maxMessageSize: 10 },
    happen: (site) => receive(site, '"01234567890"'),
  },
  framing: { happen: (site) => receive(site, "[") },
  runtime: {
    detail: '"a \\u009b message"',
    happen: async ({ server, runtime }) => {
      const { socket } = await connectSocket(server, runtime);
      socket.listener.refused("a \x9b message");
    },
  },
  slow: {
    options: { maxBufferedBytes: 1000 },
    happen: async ({ server }) => {
      const { connection } = await connect(server);
      for (let i = 0; i < 20; i++) connection.write("x".repeat(100));
    },
  },
  "slow (one message)": {
    options: { maxBufferedBytes: 1000 },
    happen: async ({ server }) => {
      (await connect(server)).connection.write("x".repeat(1001));
    },
  },
  carried: {
    detail: "The session cannot be found",
    options: { cluster: { bus: downBus, name: "refusals", sessions: true } },
    happen: async ({ ask }) => assertEquals(await ask("/echo/000/id/xhr_send", post), 503),
  },
  unread: {
    happen: async ({ server, runtime }) => {
      const { socket } = await connectSocket(server, runtime);
      for (let i = 0; i < 5; i++) socket.listener.message(JSON.stringify("x".repeat(700_000)));
    },
  },
  share: {
    options: { maxTotalBufferedBytes: 1_000_000 },
    happen: async ({ server }) => {
      const { connection } = await connect(server);
      connection.write("x".repeat(1_100_000));
      await new Promise<void>(inNextTurn);
    },
  },
};

function kindOf(name: string): Refusal {
  return name.replace(/ \(.*/, "") as Refusal;
}

for (const [name, { options, runtime: other, detail, happen }] of Object.entries(cases)) {
  Deno.test(`the log tells of the refusal "${name}", in one line`, async () => {
    using time = fakeTime();
    const lines: string[] = [];
    const runtime = new FakeRuntime();
    const log = (severity: string, line: string) => void lines.push(`${severity} ${line}`);
    const server = onRuntime(
      other ?? runtime,
      () => new Server({ prefix: "/echo", ...options, log }),
    );
    const ask = async (path: string, init?: RequestInit) =>
      (await server.handle(new Request(`http://host${path}`, init))).status;
    await happen({ server, runtime, time, ask });
    const about = detail === undefined ? "" : `: ${detail}`;
    const refused = lines.filter((line) => line.startsWith("info Refused"));
    assertEquals(refused, [`info Refused with ${refusals[kindOf(name)]}${about}`]);
  });
}

Deno.test("every kind of refusal is tested here", () => {
  const tested = new Set(Object.keys(cases).map(kindOf));
  assertEquals(Object.keys(refusals).filter((kind) => !tested.has(kind as Refusal)), []);
});

Deno.test("the log tells of each connection's beginning and end, by its id and transport", async () => {
  using _time = fakeTime();
  const lines: string[] = [];
  const server = new Server({
    prefix: "/echo",
    log: (severity, line) => lines.push(`${severity} ${line}`),
  });
  const { connection, client } = await connect(server);
  connection.close(4000, "bye");
  await client.poll();
  assertEquals(lines, [
    `debug Opened ${connection.id} over xhr-polling`,
    `debug Closed ${connection.id} over xhr-polling, cleanly: 4000 "bye"`,
  ]);
});

Deno.test("counts without a line are told before close has resolved", async () => {
  using _time = fakeTime();
  const lines: string[] = [];
  const server = new Server({
    prefix: "/echo",
    log: (severity, line) => severity === "info" && lines.push(line),
  });
  for (let i = 0; i < 3; i++) await server.handle(new Request("http://host/x"));
  lines.length = 0;
  await server.close();
  assertEquals(lines, [`Refused 2 more with ${refusals.outside}`]);
});

Deno.test("late sends for sessions that ended here do not look like those of another process", async () => {
  using time = fakeTime();
  const lines: string[] = [];
  const server = new Server({
    prefix: "/echo",
    log: (severity, line) => severity === "info" && lines.push(line),
  });
  const sendToAll = async () => {
    for (let i = 0; i < 20; i++) {
      assertEquals(await new PollingClient(server, `${i}`).send("x"), 404);
    }
  };
  for (let i = 0; i < 20; i++) await connect(server, `${i}`);
  await pass(time, 5000);
  await sendToAll();
  assertEquals(lines, [`Refused with ${refusals.session}`]);

  const other = new Server({ prefix: "/echo", log: (_severity, line) => lines.push(line) });
  for (let i = 0; i < 20; i++) await new PollingClient(other, `${i}`).send("x");
  assertMatch(lines.at(-1)!, /several processes without sticky sessions/);
});

Deno.test("a log that throws at every line changes nothing for clients", async () => {
  using _time = fakeTime();
  const server = new Server({
    prefix: "/echo",
    log: () => {
      throw new Error("from the log");
    },
  });
  const { client, connection } = await connect(server);
  assertEquals((await client.post("[1]")).status, 500);
  assertEquals((await server.handle(new Request("http://host/x"))).status, 404);
  connection.close();
  assertEquals(await client.poll(), 'c[1000,"Normal closure"]');
  assertEquals(await new PollingClient(server, "other").poll(), "o");
  server.close();
});

Deno.test("without the option log, nothing about clients is put into words", async () => {
  using _time = fakeTime();
  const server = new Server({ prefix: "/echo" });
  const { randomUUID } = crypto;
  let ids = 0;
  crypto.randomUUID = () => (ids++, randomUUID.call(crypto));
  try {
    const { connection } = await connect(server);
    connection.close();
    assertEquals(ids, 0);
  } finally {
    crypto.randomUUID = randomUUID;
  }
});
