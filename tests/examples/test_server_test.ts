/** The page that checks every transport. What its checks find is in tests/browser/. */

import { assertEquals } from "@std/assert";
import { browserTest } from "../support/browser.ts";
import { ExamplePage, startExample } from "./example.ts";

browserTest(
  "test_server: phones show the whole table, without scrolling sideways",
  async (context) => {
    await using server = await startExample("test_server");
    const it = await ExamplePage.open(context, server.address);
    await it.shows("td.passed", "passed");
    await it.looks("smoke");
    for (const width of [320, 390, 768, 1280]) {
      await it.page.setViewportSize({ width, height: 844 });
      const hidden = await it.page.evaluate(
        "[...document.querySelectorAll('.scrolled')].map((it) => it.scrollWidth - it.clientWidth)",
      );
      assertEquals(hidden, [0, 0], `pixels of each table that ${width} pixels hide`);
    }
    await it.ends();
  },
);
