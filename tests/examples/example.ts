/**
 * Starts examples and opens their pages.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { BrowserContext, ConsoleMessage, Page } from "playwright-core";
import type { RuntimeName } from "../../scripts/runtimes.ts";
import { ServerProcess } from "../support/server_process.ts";

/** What an example prints: four plain lines, the third of which is the address. */
export const announcement =
  /^.+, on (Deno|Bun|Node) [0-9.]+\.\nOpen this address in a browser:\nhttp:\/\/127\.0\.0\.1:[0-9]+\nPress Ctrl-C to stop\.\n$/;

/** Where pictures of the pages go; without it they are taken, and not kept. */
const folder = Deno.env.get("SCREENSHOTS");

const widths = {
  phone: { width: 390, height: 844 },
  desktop: { width: 1280, height: 800 },
};

/** The narrowest phones. */
const narrow = { width: 360, height: 640 };

const schemes = ["light", "dark"] as const;

/** The program of an example. */
export function exampleScript(name: string): URL {
  return new URL(`../../examples/${name}/main.ts`, import.meta.url);
}

/** Starts an example on a port of the system's choice, or on a given one; `others` follow. */
export function startExample(
  name: string,
  runtime: RuntimeName = "deno",
  port = 0,
  ...others: string[]
): Promise<ServerProcess> {
  return ServerProcess.start(runtime, exampleScript(name), ["--port", String(port), ...others]);
}

/** A page of an example. */
export class ExamplePage {
  readonly page: Page;
  /** What the browser has complained of. */
  readonly #errors: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.#errors.push(String(error)));
    page.on("console", (message: ConsoleMessage) => {
      if (message.type() === "error") this.#errors.push(message.text());
    });
  }

  static async open(context: BrowserContext, address: string): Promise<ExamplePage> {
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const opened = new ExamplePage(page);
    await page.goto(address);
    return opened;
  }

  /** Presses keys one after the other: `"Tab"`, `"Enter"`, ... */
  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Goes to an element, as with the Tab key: once it takes the focus, and with it the keys. */
  async focus(selector: string): Promise<void> {
    await this.page.locator(`${selector}:not(:disabled)`).focus();
  }

  /** Types into what has the focus. */
  async type(text: string): Promise<void> {
    await this.page.keyboard.type(text);
  }

  /** Waits until an element has such a text in it. */
  async shows(selector: string, text: string | RegExp): Promise<void> {
    await this.page.locator(selector).filter({ hasText: text }).first().waitFor();
  }

  /** The texts of all elements that match. */
  async texts(selector: string): Promise<string[]> {
    return (await this.page.locator(selector).allInnerTexts()).map((text) => text.trim());
  }

  /** The browser has complained of nothing else. */
  async ends(expected = /^$/): Promise<void> {
    assertEquals(this.#errors.filter((text) => !expected.test(text)), []);
    await this.page.close();
  }

  /** Takes pictures on a phone and on a desktop, light and dark; nothing may stick out to the right. */
  async looks(name: string): Promise<void> {
    const { page } = this;
    for (const [device, size] of Object.entries({ narrow, ...widths })) {
      await page.setViewportSize(size);
      assertEquals(await this.#overflow(), 0, `${name} at ${size.width} pixels sticks out`);
      if (device === "narrow") continue;
      for (const colorScheme of schemes) {
        await page.emulateMedia({ colorScheme });
        const file = `${name}_${device}_${colorScheme}.png`;
        // Of a phone the whole page, however far one has to scroll.
        const fullPage = device === "phone";
        await page.screenshot(
          folder === undefined ? { fullPage } : { fullPage, path: `${folder}/${file}` },
        );
      }
    }
  }

  #overflow(): Promise<number> {
    return this.page.evaluate("document.documentElement.scrollWidth - innerWidth");
  }
}
