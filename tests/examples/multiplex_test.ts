/** Tests of the multiplex example: two channels over one connection. */

import { assertEquals } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import { ExamplePage, startExample } from "./example.ts";

browserTest(
  "multiplex: each channel gets its own messages, over one connection",
  async (context) => {
    await using server = await startExample("multiplex");
    let sockets = 0;
    context.on("page", (page) => page.on("websocket", () => sockets++));
    const it = await ExamplePage.open(context, server.address);

    await it.shows("#ann .received", "Ann says hi!");
    await it.shows("#bob .received", "Bob doesn't agree.");
    await it.focus("#ann input");
    await it.type("Lunch?");
    await it.press("Enter");
    await it.shows("#ann .received", "Ann nods: Lunch?");
    await it.focus("#bob input");
    await it.type("Pizza, or a salad?");
    await it.press("Enter");
    await it.shows("#bob .received", "Bob says no to: Pizza, or a salad?");
    assertEquals(await it.page.locator("#ann .received").count(), 2);
    assertEquals(await it.page.locator("#bob .received").count(), 2);
    await it.shows(".wire .sent", "msg,bob,Pizza, or a salad?");
    await it.looks("multiplex");
    assertEquals(sockets, 1);
    await it.ends();
  },
);

browserTest(
  "multiplex: leaving and joining one channel does not affect the other",
  async (context) => {
    await using server = await startExample("multiplex");
    const it = await ExamplePage.open(context, server.address);
    // What is on its way to a channel that is left is lost.
    await it.shows("#bob .received", "Bob doesn't agree.");
    await it.focus("#bob .toggle");
    await it.press("Enter");
    await it.shows("#bob .event", "left");
    await it.shows("#status", "One connection");
    await it.focus("#ann input");
    await it.type("Still here?");
    await it.press("Enter");
    await it.shows("#ann .received", "Ann nods: Still here?");
    await it.focus("#bob .toggle");
    await it.press("Enter");
    await it.page.locator("#bob .received").nth(1).waitFor();

    await it.focus("#toggle");
    await it.press("Enter");
    await it.shows("#status", "Closed");
    await it.shows("#ann .event", "left");
    await it.press("Enter");
    await it.page.locator("#ann .received").nth(2).waitFor();
    await it.ends();
  },
);

browserTest(
  "multiplex: what Bob says reaches all clients that have joined him, and Ann answers one",
  async (context) => {
    await using server = await startExample("multiplex");
    const one = await ExamplePage.open(context, server.address);
    const other = await ExamplePage.open(context, server.address);
    for (const it of [one, other]) await it.shows("#bob .received", "Bob doesn't agree.");
    await one.focus("#ann input");
    await one.type("Lunch?");
    await one.press("Enter");
    await one.shows("#ann .received", "Ann nods: Lunch?");
    await one.focus("#bob input");
    await one.type("Pizza?");
    await one.press("Enter");
    for (const it of [one, other]) await it.shows("#bob .received", "Bob says no to: Pizza?");
    assertEquals(await other.page.locator("#ann .received").count(), 1);

    await other.focus("#bob .toggle");
    await other.press("Enter");
    await other.shows("#bob .event", "left");
    await one.focus("#bob input");
    await one.type("Salad?");
    await one.press("Enter");
    await one.shows("#bob .received", "Bob says no to: Salad?");
    await other.focus("#ann input");
    await other.type("Still here?");
    await other.press("Enter");
    // After what the server has sent before.
    await other.shows("#ann .received", "Ann nods: Still here?");
    assertEquals(await other.page.locator("#bob .received").count(), 2);
    for (const it of [one, other]) await it.ends();
  },
);
