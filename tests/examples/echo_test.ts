/**
 * Tests of the echo example, whose page finds out which transports work, and how fast they are.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import { ExamplePage, startExample } from "./example.ts";

browserTest("echo: all transports work in Chromium, and each has its times", async (context) => {
  await using server = await startExample("echo");
  const it = await ExamplePage.open(context, server.address);
  await it.shows("#summary", "All 9 work in this browser");

  const rows = await it.texts("#transports label[data-outcome]");
  assertEquals(rows.map((row) => row.split(/\s/)[0]), [
    "websocket",
    "xhr-streaming",
    "eventsource",
    "iframe-eventsource",
    "htmlfile",
    "iframe-htmlfile",
    "xhr-polling",
    "iframe-xhr-polling",
    "jsonp-polling",
  ]);
  for (const row of rows) assertMatch(row, /works\s+[0-9.]+ ms$/);
  const plots = it.page.locator("svg[aria-label^='12 round trips, ']");
  assertEquals(await plots.count(), 9);

  await it.focus("#text");
  for (const text of ["Hello", "Does this come back?"]) {
    await it.type(text);
    await it.press("Enter");
    await it.shows(".received", text);
  }
  await it.looks("echo");
  await it.ends();
});

browserTest("echo: a transport is chosen by keyboard, and used", async (context) => {
  await using server = await startExample("echo");
  const it = await ExamplePage.open(context, `${server.address}/#iframe-xhr-polling`);
  await it.shows("#status", "Open iframe-xhr-polling");
  await it.focus("[name=transport]:checked");
  await it.press("ArrowDown");
  await it.shows("#status", "Open jsonp-polling");
  assertEquals(new URL(it.page.url()).hash, "#jsonp-polling");

  await it.focus("#text");
  await it.type("Hi");
  await it.press("Tab", "Tab", "Enter");
  await it.shows(".received", "Hi 10");
  await it.shows("#counts", "10 sent, 10 received, median");
  await it.ends();
});

browserTest("echo: what fails says so, and so does what a browser lacks", async (context) => {
  await context.addInitScript("delete globalThis.EventSource");
  await context.route("**/htmlfile?*", (route) => route.abort());
  await using server = await startExample("echo");
  const it = await ExamplePage.open(context, server.address);
  await it.shows("#summary", "5 of 9 work in this browser");
  const outcomes = await it.texts("[data-outcome]:not([data-outcome=works])");
  assertEquals(outcomes.map((text) => text.split(/\s+/).join(" ")), [
    "eventsource not in this browser",
    "iframe-eventsource not in this browser",
    "htmlfile failed",
    "iframe-htmlfile failed",
  ]);
  await it.looks("echo_failures");
  await it.ends(/ERR_FAILED/);
});
