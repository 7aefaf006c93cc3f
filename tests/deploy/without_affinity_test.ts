/**
 * Tests of the stock client, also in Chromium, behind HAProxy and nginx without affinity: each request
 * goes to the next of four processes, on Deno, Bun, Node 24 and Node 20, which share their sessions.
 */

import { assertEquals } from "@std/assert";
import { isPresent, Proxy } from "./proxy.ts";
import { browser, hasBrowser } from "../support/browser.ts";
import { Engine, engineNames, hasEngine } from "../support/engine.ts";
import { presentHosts } from "../support/hosts.ts";
import { StockClient } from "../support/stock_client.ts";
import { runtimes, SharingProcesses } from "./sharing_processes.ts";

/** The stock client's names, and the last segments of the URLs of its requests. */
const transports: Readonly<Record<string, readonly string[]>> = {
  "xhr-polling": ["xhr", "xhr_send"],
  "xhr-streaming": ["xhr_streaming", "xhr_send"],
  "eventsource": ["eventsource", "xhr_send"],
  "websocket": [],
};
const inBrowsers: typeof transports = {
  "jsonp-polling": ["jsonp", "jsonp_send"],
  "htmlfile": ["htmlfile", "xhr_send"],
};

/** Messages that are under way. The client sends what it has in one request. */
const inFlight = 100;

/** The processes, which all tests share. */
let started: Promise<SharingProcesses> | undefined;

Deno.test.afterAll(async () => {
  await (await started)?.[Symbol.asyncDispose]();
});

const start: Readonly<Record<"haproxy" | "nginx", (ports: number[]) => Promise<Proxy>>> = {
  haproxy: (ports) => Proxy.haproxy("without_affinity.cfg", ports),
  nginx: (ports) =>
    Proxy.nginx(
      ports,
      (text) => text.replace("include upstream.conf", "include upstream_without_affinity.conf"),
    ),
};

/** Registers a test. Neither a proxy nor a process may have complained at its end. */
function behind(
  program: "haproxy" | "nginx",
  name: string,
  fn: (address: string, processes: SharingProcesses) => Promise<void>,
  ignore = false,
): void {
  Deno.test({
    name: `behind ${program} without affinity: ${name}`,
    ignore: ignore || !isPresent(program) || !runtimes.every((each) => presentHosts.has(each)),
    // The stock client leaves timers and sockets behind, and the browser outlives tests.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const processes = await (started ??= SharingProcesses.start());
      // Those of a test that has failed.
      processes.complaints();
      await using proxy = await start[program](processes.ports);
      await fn(proxy.address, processes);
      assertEquals(await proxy.serverErrors(), 0);
      assertEquals(processes.complaints(), "");
    },
  });
}

for (const [program, count] of [["haproxy", 10_000], ["nginx", 1000]] as const) {
  for (const [transport, requests] of Object.entries(transports)) {
    behind(
      program,
      `${count} echoes over ${transport} come in order`,
      async (address, processes) => {
        await using client = await StockClient.open(`${address}/echo`, [transport]);
        await echoes(client, count);
        await processes.checkCarried(client.id, requests);
        assertEquals(client.unread, []);
      },
    );
  }
}

async function echoes(client: StockClient, count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, at) => `message ${at}`);
  client.send(...messages.slice(0, inFlight));
  for (let at = 0; at < count; at += inFlight / 2) {
    const expected = messages.slice(at, at + inFlight / 2);
    assertEquals(await client.receive(expected.length), expected);
    client.send(...messages.slice(at + inFlight, at + inFlight + expected.length));
  }
}

for (const [transport, requests] of Object.entries(inBrowsers)) {
  const name = `1000 echoes over ${transport} come in order in Chromium`;
  behind("haproxy", name, async (address, processes) => {
    const context = await (await browser()).newContext();
    try {
      const page = await context.newPage();
      await page.goto(address);
      const session = crypto.randomUUID();
      const echoes = await page.evaluate(echoesInPage, { transport, session, count: 1000 });
      assertEquals(echoes, Array.from({ length: 1000 }, (_, at) => `message ${at}`));
      await processes.checkCarried(session, requests);
    } finally {
      await context.close();
    }
  }, !hasBrowser);
}

/** How many echoes over an engine, where time is no matter. */
const engineEchoes = Number(Deno.env.get("ENGINE_ECHOES") ?? 1000);

for (const name of engineNames) {
  const count = engineEchoes;
  const title =
    `${count} echoes over each transport come in order, from sessions shared over ${name}`;
  behind("haproxy", title, async () => {
    await using engine = await Engine.start(name);
    await using processes = await SharingProcesses.start("--engine", engine.url);
    await using proxy = await start.haproxy(processes.ports);
    for (const [transport, requests] of Object.entries(transports)) {
      await using client = await StockClient.open(`${proxy.address}/echo`, [transport]);
      await echoes(client, count);
      await processes.checkCarried(client.id, requests);
      assertEquals(client.unread, []);
    }
    assertEquals(await proxy.serverErrors(), 0);
    assertEquals(processes.complaints(), "");
  }, !hasEngine(name));
}

for (const [at, runtime] of runtimes.entries()) {
  if (runtime === "node20") continue;
  const name = `when a process on ${runtime} ends, only its own sessions do`;
  behind("haproxy", name, async () => {
    await using processes = await SharingProcesses.start("--drain", "4000");
    await using proxy = await start.haproxy(processes.ports);
    const names = Object.keys(transports).flatMap((name) => Array<string>(8).fill(name));
    const clients: StockClient[] = [];
    const ended: StockClient[] = [];
    while (ended.length === 0) {
      const more = names.map((name) => StockClient.open(`${proxy.address}/echo`, [name]));
      for (const client of await Promise.all(more)) {
        clients.push(client);
        const records = await processes.records(client.id);
        if (records[at]!.connections === 1) ended.push(client);
      }
    }
    const living = clients.filter((client) => !ended.includes(client));
    await Promise.all(clients.map((client) => echoes(client, 200)));
    let isOver = false;
    const over = processes.stop(at).finally(() => isOver = true);
    // Half of them wait, with requests that are carried. The others have new ones.
    const busy = living.filter((_, at) => at % 2 === 0);
    while (!isOver) await Promise.all(busy.map((client) => echoes(client, 200)));
    await over;
    for (const client of ended) assertEquals((await client.closed()).code, 1001);
    await Promise.all(living.map((client) => echoes(client, 200)));
    for (const client of living) await client[Symbol.asyncDispose]();
    assertEquals(await proxy.serverErrors(), 0);
    assertEquals(processes.complaints(), "");
  });
}

/** What the page uses of the stock client. */
interface Client {
  onopen: () => void;
  onmessage: (event: { data: string }) => void;
  onclose: (event: { code: number; reason: string }) => void;
  transport: string;
  send(message: string): void;
  close(): void;
}

/** Runs in the page: sends so many messages, and gives what came back. */
function echoesInPage(
  { transport, session, count }: { transport: string; session: string; count: number },
): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const { SockJS } = globalThis as unknown as {
      SockJS: new (url: string, reserved: null, options: object) => Client;
    };
    const options = { transports: [transport], timeout: 10_000, sessionId: () => session };
    const socket = new SockJS("/echo", null, options);
    const received: string[] = [];
    const failed = (problem: string) =>
      reject(new Error(`${problem} after ${received.length} messages`));
    setTimeout(() => failed("No end"), 60_000);
    let sent = 0;
    const send = () => {
      if (sent < count) socket.send(`message ${sent++}`);
    };
    socket.onopen = () => {
      for (let i = 0; i < 50; i++) send();
    };
    socket.onclose = ({ code, reason }) => failed(`Closed with ${code} ${reason}`);
    socket.onmessage = ({ data }) => {
      received.push(data);
      send();
      if (received.length < count) return;
      // What is sent twice comes before it is closed.
      setTimeout(() => {
        socket.onclose = () => resolve(received);
        socket.close();
      }, 200);
    };
  });
}
