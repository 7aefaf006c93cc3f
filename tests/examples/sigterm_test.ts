/** Tests of what SIGTERM does to examples, on each runtime: drain, wait, close, exit. */

import { assertEquals } from "@std/assert";
import { root } from "../../scripts/npm_package/project.ts";
import { runtimeCommand, type RuntimeName, scriptCommand } from "../../scripts/runtimes.ts";
import { ServerProcess } from "../support/server_process.ts";
import { streams, xhr } from "../support/receiving_transports.ts";
import { SideBySide } from "../support/side_by_side.ts";
import { TestServer } from "../support/test_server.ts";

/** Each with the prefix of its service. They serve in different ways. */
const examples = { echo: "/echo", hono: "/chat" };

/** They wait for the ends of drains. */
const together = new SideBySide(3);
Deno.test.afterAll(() => together.end());

/** Registers a test. */
function test(name: string, ignore: boolean, fn: () => Promise<void>): void {
  Deno.test({
    name,
    ignore,
    // Others run at the same time.
    sanitizeOps: false,
    sanitizeResources: false,
    fn: ignore ? fn : together.add(fn),
  });
}

const closing = `c[1001,"Server is shutting down"]`;

async function start(runtime: RuntimeName, example: string, env: Record<string, number>) {
  const script = new URL(`examples/${example}/main.ts`, root);
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const command = await scriptCommand(runtime, script) ?? [];
  return await ServerProcess.run(["env", ...variables, ...command, "--port", "0"]);
}

/** Asks for `/info` until it is refused, and returns the text of the refusal. */
async function refusal(server: TestServer, service: string): Promise<string> {
  for (;;) {
    const { status, body } = await server.get(`${service}/info`);
    if (status === 503) return body;
  }
}

/** Reads to the close frame, which is the last, past what the example says by itself. */
async function lastOf(next: () => Promise<string>): Promise<string> {
  for (;;) {
    const frame = await next();
    if (frame.startsWith("c")) return frame;
  }
}

for (const runtime of ["deno", "bun", "node20", "node22", "node24"] as const) {
  const ignore = Deno.env.get("CI") !== "true" && await runtimeCommand(runtime) === undefined;

  for (const [example, service] of Object.entries(examples)) {
    const sentence = "after SIGTERM info is refused, sessions go on, then all end";
    test(`${example} on ${runtime}: ${sentence}`, ignore, async () => {
      await using process = await start(runtime, example, { DRAIN_MS: 2000, SPREAD_MS: 200 });
      // The host's name is not used here.
      using server = new TestServer("deno", process);
      const old = await server.websocketSession(service);
      const stream = await server.http(service).open(streams[0]!);
      Deno.kill(process.pid, "SIGTERM");
      assertEquals(await refusal(server, service), "Server is draining");

      const socket = await server.websocketSession(service);
      const polling = server.http(service);
      await polling.open(xhr);
      const ends = await Promise.all([
        lastOf(() => old.message()),
        lastOf(() => socket.message()),
        lastOf(() => stream.frame()),
        lastOf(async () => await (await polling.ask(xhr)).frame()),
      ]);
      assertEquals(ends, [closing, closing, closing, closing]);
      for (const each of [old, socket]) {
        assertEquals(await each.closed(), { code: 1001, reason: "Server is shutting down" });
      }
      const { code, stderr } = await process.ended();
      assertEquals([code, stderr], [0, ""]);
    });
  }

  test(`echo on ${runtime}: a second signal while it drains ends it at once`, ignore, async () => {
    for (const second of ["SIGTERM", "SIGINT"] as const) {
      await using process = await start(runtime, "echo", { DRAIN_MS: 9_999_999 });
      using server = new TestServer("deno", process);
      Deno.kill(process.pid, "SIGTERM");
      assertEquals(await refusal(server, "/echo"), "Server is draining");
      Deno.kill(process.pid, second);
      const { code, stderr } = await process.ended();
      assertEquals([code, stderr], [0, ""]);
    }
  });
}
