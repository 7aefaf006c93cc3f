/**
 * Starts the machine's Chromium for tests.
 *
 * @module
 */

import { type Browser, type BrowserContext, chromium } from "playwright-core";

/** Where systems put it. The environment's `CHROMIUM` comes first. */
const places = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

const executablePath = findBrowser();

/** It shall work without a display, as root, and where nothing but this machine can be reached. */
const args = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

function findBrowser(): string | undefined {
  const given = Deno.env.get("CHROMIUM");
  const isThere = (path: string) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  };
  return (given === undefined ? places : [given]).find(isThere);
}

/** Whether there is one, or has to be: then tests fail instead of being skipped. */
export const hasBrowser = executablePath !== undefined || Deno.env.get("CI") === "true";
if (!hasBrowser) console.log("No Chromium is on this machine: tests in a browser are skipped");

let launched: Promise<Browser> | undefined;

/** The browser, one for all tests of a file. */
export function browser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error("No Chromium is on this machine");
  launched ??= chromium.launch({ executablePath, args });
  return launched;
}

Deno.test.afterAll(async () => {
  await (await launched)?.close();
});

/** Registers a test that gets a context of its own: pages without a past. */
export function browserTest(name: string, test: (context: BrowserContext) => Promise<void>): void {
  Deno.test({
    name,
    ignore: !hasBrowser,
    // The browser outlives tests.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const context = await (await browser()).newContext();
      try {
        await test(context);
      } finally {
        await context.close();
      }
    },
  });
}
