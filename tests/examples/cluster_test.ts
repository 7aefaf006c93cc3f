/** Tests of the cluster example: several processes serve one page. */

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { BrowserContext } from "playwright-core";
import { runtimeCommand, type RuntimeName, scriptCommand } from "../../scripts/runtimes.ts";
import { browserTest } from "../support/browser.ts";
import { isPresent } from "../support/executables.ts";
import { freePort } from "../support/free_port.ts";
import { NatsServer } from "../support/nats_server.ts";
import { xhrStreaming } from "../support/receiving_transports.ts";
import { RedisServer } from "../support/redis_server.ts";
import { TestServer } from "../support/test_server.ts";
import { announcement, ExamplePage, exampleScript, startExample } from "./example.ts";

/** The id of the process that serves a page. */
async function processOf(it: ExamplePage): Promise<string> {
  await it.shows("#status", "to process");
  const [text = ""] = await it.texts("#status");
  return /to process (\d+)/.exec(text)![1]!;
}

/** Opens pages until two are served by different processes. */
async function openTwo(context: BrowserContext, address: string): Promise<ExamplePage[]> {
  const first = await ExamplePage.open(context, address);
  for (let opened = 0; opened < 50; opened++) {
    const other = await ExamplePage.open(context, address);
    if (await processOf(first) !== await processOf(other)) return [first, other];
    await other.page.close();
  }
  throw new Error("One process serves all pages");
}

async function say(it: ExamplePage, text: string): Promise<void> {
  await it.focus("#text");
  await it.type(text);
  await it.press("Enter");
}

for (const runtime of ["deno", "bun", "node"] as const) {
  if (Deno.env.get("CI") !== "true" && await runtimeCommand(runtime) === undefined) continue;

  browserTest(
    `cluster on ${runtime}: messages cross processes, and one that is killed is replaced`,
    async (context) => {
      await using server = await startExample("cluster", runtime);
      const [ann, bob] = await openTwo(context, server.address) as [ExamplePage, ExamplePage];
      const [first, second] = [await processOf(ann), await processOf(bob)];
      await say(ann, "Can you read this?");
      await bob.shows(".elsewhere", `Can you read this? (by process ${first})`);
      await ann.shows(".here", "Can you read this?");
      await say(bob, "Yes.");
      await ann.shows(".elsewhere", `Yes. (by process ${second})`);
      await ann.shows("#workers .own", first);

      await bob.shows("#workers", first);
      await ann.focus("#kill");
      await ann.press("Enter");
      await ann.shows(".event", `My process ${first} is gone (code 1006)`);
      assertNotEquals(await processOf(ann), first);
      await bob.shows(".event", /Worker \d is now process \d+/);
      assertEquals((await bob.texts("#workers")).join().includes(first), false);
      await say(bob, "Are you back?");
      await ann.shows("li", "Are you back?");
      await ann.looks(`cluster_${runtime}`);
      assertMatch((await bob.texts("#workers")).join(), /1: .*\n2: .*\n3: /);

      const { code, stdout, stderr } = await server.stop();
      assertEquals(code, 0);
      assertMatch(stdout, announcement);
      assertMatch(stderr, new RegExp(`\\(process ${first}\\) ended with SIGKILL`));
      await ann.shows("#status", "Cannot connect the server does not answer");
      for (const it of [ann, bob]) {
        // On a connection that is left, a process that ends refuses with 503.
        await it.ends(/net::ERR_|WebSocket connection to .* failed|status of 503/);
      }
    },
  );
}

browserTest(
  "cluster: a page that gets no websocket uses HTTP, and else says so",
  async (context) => {
    await using server = await startExample("cluster", "deno", 0, "--workers", "1");
    await context.addInitScript("delete globalThis.WebSocket");
    const it = await ExamplePage.open(context, server.address);
    await it.shows("#status", "over xhr-streaming");
    await say(it, "Without a websocket");
    await it.shows(".here", "Without a websocket");
    await it.ends();
    const other = await ExamplePage.open(context, `${server.address}/?transport=websocket`);
    await other.shows("#status", "Cannot connect the server answers, but no transport works");
    assert(await other.page.locator("#kill").isDisabled());
    await other.ends();
  },
);

/** Where an engine listens, until it is disposed of. */
interface Engine extends AsyncDisposable {
  readonly url: string;
}

const engines: Readonly<Record<"redis" | "nats", () => Promise<Engine>>> = {
  redis: async () => {
    const server = await RedisServer.open();
    return { url: server.url(), [Symbol.asyncDispose]: () => server.close() };
  },
  nats: async () => {
    const server = await NatsServer.start();
    const url = `nats://127.0.0.1:${server.port}`;
    return { url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
  },
};

const runtimes = ["deno", "bun", "node"] as const;
const areHere = Deno.env.get("CI") === "true" ||
  (await Promise.all(runtimes.map(runtimeCommand))).every((command) => command !== undefined);

for (const [engine, open] of Object.entries(engines)) {
  Deno.test({
    name: `cluster over ${engine}: commands on Deno, Bun and Node share topics and sessions`,
    ignore: !isPresent(`${engine}-server`) || !areHere,
    async fn() {
      await using place = await open();
      await using stack = new AsyncDisposableStack();
      const options = ["--workers", "1", `--${engine}`, place.url];
      const commands = await Promise.all(
        runtimes.map((runtime) => startExample("cluster", runtime, 0, ...options)),
      );
      for (const command of commands) stack.use(command);
      // The host's name is not used here.
      const servers = commands.map((command) => new TestServer("deno", command));
      for (const [at, owner] of servers.entries()) {
        const [carrier, other] = [servers[(at + 1) % 3]!, servers[(at + 2) % 3]!];
        const socket = await other.websocketSession("/cluster");
        const session = owner.http("/cluster");
        await session.open(xhrStreaming);
        await carrier.http("/cluster", session.id).send("Hello");
        for (;;) {
          const [message] = JSON.parse((await socket.message()).slice(1));
          const { type, place, text } = JSON.parse(message);
          if (type !== "said") continue;
          assertEquals([place.split(":").at(-1), text], [`${owner.port}`, "Hello"]);
          break;
        }
      }
      // Otherwise it waits for their clients.
      for (const server of servers) server[Symbol.dispose]();
      for (const ended of await Promise.all(commands.map((command) => command.stop()))) {
        assertEquals(ended.code, 0);
        assertMatch(ended.stdout, announcement);
        assertMatch(ended.stderr, /^(Worker 1 (is process|\(process) .+\n)+$/);
      }
    },
  });
}

if (isPresent("redis-server")) {
  browserTest(
    "cluster over redis: the page shows the processes of both commands",
    async (context) => {
      await using place = await engines.redis();
      const start = () =>
        startExample("cluster", "deno", 0, "--workers", "1", "--redis", place.url);
      const [first, second] = await Promise.all([start(), start()]);
      await using stack = new AsyncDisposableStack();
      for (const command of [first, second]) stack.use(command);
      const [ann, bob] = [
        await ExamplePage.open(context, first.address),
        await ExamplePage.open(context, `${second.address}/?transport=xhr-polling`),
      ];
      const own = await processOf(ann);
      for (const it of [ann, bob]) {
        for (const { port } of [first, second]) await it.shows("#workers .place", `:${port}`);
      }
      await bob.shows("#workers", `1: process ${own}, 1 connected`);
      await say(ann, "Can you read this?");
      await bob.shows(".elsewhere", `Can you read this? (by process ${own})`);
      for (const it of [ann, bob]) await it.ends();
    },
  );
}

/** What the example prints that ends with 1. */
async function refusal(runtime: RuntimeName, ...options: string[]): Promise<string> {
  const [program = "", ...args] = await scriptCommand(runtime, exampleScript("cluster")) ?? [];
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args, "--port", "0", ...options],
    signal: AbortSignal.timeout(30_000),
  }).output();
  const decoder = new TextDecoder();
  assertEquals([code, decoder.decode(stdout)], [1, ""]);
  return decoder.decode(stderr);
}

for (const runtime of runtimes) {
  Deno.test({
    name: `cluster on ${runtime}: an engine that does not answer ends it with one line`,
    ignore: !areHere,
    async fn() {
      const address = `127.0.0.1:${freePort()}`;
      await Promise.all(
        ([["redis", "Redis"], ["nats", "NATS"]] as const).map(async ([engine, name]) => {
          const line = await refusal(runtime, `--${engine}`, `${engine}://:secret@${address}`);
          assertMatch(
            line,
            new RegExp(`^Cannot start: the ${name} at ${address} cannot be used \\(.+\\)\n$`),
          );
        }),
      );
    },
  });
}

Deno.test("cluster: two engines, or what is no URL of one, end it with one line", async () => {
  const lines = await Promise.all([
    refusal("deno", "--redis", "redis://127.0.0.1", "--nats", "nats://127.0.0.1"),
    refusal("deno", "--redis", "127.0.0.1:6379"),
    refusal("deno", "--nats=redis://127.0.0.1"),
  ]);
  assertEquals(lines, [
    "Cannot start: --redis and --nats exclude each other\n",
    'Cannot start: --redis takes a URL such as redis://127.0.0.1:6379, not "127.0.0.1:6379"\n',
    'Cannot start: --nats takes a URL such as nats://127.0.0.1:4222, not "redis://127.0.0.1"\n',
  ]);
});
