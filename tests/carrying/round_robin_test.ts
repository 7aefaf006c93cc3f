/**
 * Tests of the stock client, also in Chromium, behind HAProxy without affinity: each request goes to
 * the next of four processes, on Deno, Bun, Node 24 and Node 20, which share their sessions.
 */

import { assertEquals } from "@std/assert";
import { isPresent, Proxy } from "../deploy/proxy.ts";
import { browser, hasBrowser } from "../support/browser.ts";
import { presentHosts } from "../support/hosts.ts";
import { StockClient } from "../support/stock_client.ts";
import { EchoProcesses, runtimes } from "./echo_processes.ts";

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

/** The processes and HAProxy, which all tests share. */
let shared: Promise<{ processes: EchoProcesses; proxy: Proxy }> | undefined;

function site(): Promise<{ processes: EchoProcesses; proxy: Proxy }> {
  return shared ??= (async () => {
    const processes = await EchoProcesses.start();
    return { processes, proxy: await Proxy.haproxy("without_affinity.cfg", processes.ports) };
  })();
}

Deno.test.afterAll(async () => {
  if (shared === undefined) return;
  const { processes, proxy } = await shared;
  await proxy[Symbol.asyncDispose]();
  await processes[Symbol.asyncDispose]();
});

function behindRoundRobin(name: string, ignore: boolean, fn: () => Promise<void>): void {
  Deno.test({
    name: `behind HAProxy without affinity: ${name}`,
    ignore: ignore || !isPresent("haproxy") || !runtimes.every((each) => presentHosts.has(each)),
    // The stock client leaves timers and sockets behind, and the browser outlives tests.
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

for (const [transport, requests] of Object.entries(transports)) {
  behindRoundRobin(`10,000 echoes over ${transport} come in order`, false, async () => {
    const { processes, proxy } = await site();
    // Two at a time, so that their requests reach the processes in no pattern.
    await Promise.all([1, 2].map(async () => {
      await using client = await StockClient.open(`${proxy.address}/echo`, [transport]);
      await echoes(client, 10_000);
      await processes.checkCarried(client.id, requests);
      assertEquals(client.unread, []);
    }));
    assertEquals(await proxy.serverErrors(), 0);
    assertEquals(processes.stderr, "");
  });
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
  behindRoundRobin(
    `1,000 echoes over ${transport} come in order in Chromium`,
    !hasBrowser,
    async () => {
      const { processes, proxy } = await site();
      const context = await (await browser()).newContext();
      try {
        const page = await context.newPage();
        await page.goto(proxy.address);
        const session = crypto.randomUUID();
        const echoes = await page.evaluate(echoesInPage, { transport, session, count: 1000 });
        assertEquals(echoes, Array.from({ length: 1000 }, (_, at) => `message ${at}`));
        await processes.checkCarried(session, requests);
      } finally {
        await context.close();
      }
      assertEquals(await proxy.serverErrors(), 0);
      assertEquals(processes.stderr, "");
    },
  );
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
