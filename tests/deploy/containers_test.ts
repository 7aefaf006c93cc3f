/**
 * Tests of what the Containerfiles run: the program as process 1, and the health check. There is
 * no engine in these tests, so nothing is built.
 */

import { assertEquals, assertRejects } from "@std/assert";
import { run } from "../../scripts/run.ts";
import { presentHosts } from "../support/hosts.ts";
import { StockClient } from "../support/stock_client.ts";
import { until } from "../support/until.ts";
import { hosts } from "./behind.ts";
import { AppFolder } from "./deployed_app.ts";

/** Makes a program the first process of a namespace, as a container does. */
const asProcess1 = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"];

async function canUnshare(): Promise<boolean> {
  try {
    await run([...asProcess1, "true"]);
    return true;
  } catch {
    console.log("This machine cannot make namespaces: tests of programs as process 1 are skipped");
    return false;
  }
}

const unshares = await canUnshare();

for (const runtime of hosts) {
  const isPresent = presentHosts.has(runtime);
  Deno.test({
    name:
      `${runtime}: the health check ends with 0 while /info answers 200, and with 1 from drain on`,
    ignore: !isPresent,
    async fn() {
      await using folder = await AppFolder.make();
      await using server = await folder.start(runtime, { DRAIN_SECONDS: "600" });
      const env = { PORT: String(server.port) };
      const command = await folder.command(runtime, "health_check.mjs");
      await run(command, { env });
      Deno.kill(server.pid, "SIGTERM");
      await draining(server.address);
      await assertRejects(() => run(command, { env }), Error, "ended with 1");
      await server.kill();
      await assertRejects(() => run(command, { env }), Error, "ended with 1");
    },
  });

  Deno.test({
    name: `${runtime} as process 1: SIGTERM sends clients away with 1001, and ends it with 0`,
    ignore: !isPresent || !unshares,
    // The client leaves timers and sockets behind when it closes.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using folder = await AppFolder.make();
      const env = { DRAIN_SECONDS: "0", SPREAD_SECONDS: "0" };
      await using server = await folder.start(runtime, env, asProcess1);
      await using client = await StockClient.open(`${server.address}/echo`, ["websocket"]);
      const child = (await run(["pgrep", "--parent", String(server.pid)])).trim();
      Deno.kill(Number(child), "SIGTERM");
      assertEquals((await client.closed()).code, 1001);
      assertEquals((await server.ended()).code, 0);
    },
  });
}

/** Waits until /info answers 503. */
async function draining(address: string): Promise<void> {
  await until(async () => {
    const response = await fetch(`${address}/echo/info`);
    await response.body?.cancel();
    return response.status === 503;
  });
}
