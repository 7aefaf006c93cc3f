/** Tests of the smoke page itself, on two of its rows from each origin. */

import { assertEquals } from "@std/assert";
import { browser } from "../support/browser.ts";
import { onRuntime, serverProcess } from "./runtime.ts";

onRuntime("smoke page", "shows a check that passed in each cell", async () => {
  const { address } = await serverProcess();
  const context = await (await browser()).newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${address}/?transport=websocket&transport=jsonp-polling`);
    await page.getByText(/^All [0-9]+ checks passed in [0-9]+ s$/).waitFor({ timeout: 60_000 });
    const words = await page.locator("td .unseen").allInnerTexts();
    // jsonp cannot be read from another origin.
    assertEquals(words.length, 40);
    assertEquals(words.filter((word) => word === "passed").length, 39);
  } finally {
    await context.close();
  }
});

onRuntime("smoke page", "says what failed", async () => {
  const { address } = await serverProcess();
  const context = await (await browser()).newContext();
  try {
    const page = await context.newPage();
    // So the client and the server disagree about the transport.
    await page.route("**/witness/opened?*", (route) => route.fulfill({ json: { protocol: "?" } }));
    await page.goto(`${address}/?transport=websocket`);
    await page.getByText(/^[0-9]+ of [0-9]+ checks failed in [0-9]+ s$/).waitFor({
      timeout: 60_000,
    });
    const failure = page.locator("#failures li").first();
    assertEquals(
      await failure.locator("p").innerText(),
      `The server's transport: it is "?", not "websocket"`,
    );
  } finally {
    await context.close();
  }
});
