/**
 * Tests of SockJS on the servers of other programs, which listen to the same events: before SockJS
 * or after it, and for all paths.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { canInstall } from "../support/can_install.ts";
import { StockClient } from "../support/stock_client.ts";
import { presentHosts } from "../support/hosts.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { programs } from "./programs.ts";
import { ScratchProject } from "./scratch_project.ts";

const present: ReadonlySet<string> = presentHosts;

let project: Promise<ScratchProject> | undefined;

Deno.test.afterAll(async () => {
  // What kept it from being made has failed the tests.
  await (await project?.catch(() => undefined))?.[Symbol.asyncDispose]();
});

for (const { name, script, runtimes, works } of programs) {
  for (const runtime of runtimes) {
    for (const order of ["first", "last"]) {
      Deno.test({
        name: `${runtime} beside ${name}, installed ${order}: both are served`,
        ignore: !present.has(runtime) || !canInstall,
        // The stock client leaves timers and sockets behind when it closes.
        sanitizeOps: false,
        sanitizeResources: false,
        async fn() {
          project ??= ScratchProject.make();
          const made = await project;
          await using server = await made.start(runtime, script, order);
          // Some listen for upgrades from their first request on.
          await showsPage(server);
          assertEquals(await fares(server), {
            "websocket": well,
            "xhr-streaming": well,
            "xhr-polling": well,
          });
          await works(server, made);
          await showsPage(server);
          const { code, stderr } = await server.stop();
          assertEquals([code, stderr], [0, ""]);
        },
      });
    }
  }
}

async function showsPage({ address }: ServerProcess): Promise<void> {
  assertStringIncludes(await (await fetch(address)).text(), "The page");
}

const messages = ["hello", "", "\u{1f600}\u2028"];

const well = { received: messages, closed: 1000 };

/** How the stock client fares, by the one transport that it may use. */
async function fares(server: ServerProcess): Promise<Record<string, unknown>> {
  const transports = ["websocket", "xhr-streaming", "xhr-polling"];
  const all = await Promise.all(transports.map((transport) => fare(server, transport)));
  return Object.fromEntries(transports.map((transport, i) => [transport, all[i]]));
}

async function fare({ address }: ServerProcess, transport: string): Promise<unknown> {
  try {
    await using client = await StockClient.open(`${address}/echo`, [transport]);
    client.send(...messages);
    const received = await client.receive(messages.length);
    client.close();
    return { received, closed: (await client.closed()).code };
  } catch (error) {
    return (error as Error).message;
  }
}
