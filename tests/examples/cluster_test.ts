/** Tests of the cluster example: several processes serve one page. */

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { BrowserContext } from "playwright-core";
import { runtimeCommand } from "../../scripts/runtimes.ts";
import { browserTest } from "../support/browser.ts";
import { announcement, ExamplePage, startExample } from "./example.ts";

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
        await it.ends(/net::ERR_|WebSocket connection to .* failed/);
      }
    },
  );
}

browserTest("cluster: a page that gets no websocket says so", async (context) => {
  await using server = await startExample("cluster");
  await context.addInitScript("delete globalThis.WebSocket");
  const it = await ExamplePage.open(context, server.address);
  await it.shows("#status", "Cannot connect the server answers, but no websocket opens");
  assert(await it.page.locator("#kill").isDisabled());
  await it.ends();
});
