/**
 * A browser tab with the stock client and the checks of the smoke page.
 *
 * @module
 */

import type { BrowserContext, Page } from "playwright-core";
import type { Connection } from "../../examples/test_server/page/connection.js";
import { browser } from "./browser.ts";

/** What the checks work on: a server's address, and a transport as the client names it. */
export interface Stage {
  server: string;
  transport: string;
}

/** What the page has for its callers: see `tab.js` there. */
interface Called {
  tab: typeof import("../../examples/test_server/page/checks.js") & {
    Connection: typeof Connection;
  };
  /** The connection that a test keeps. */
  savedConnection: Connection;
}

/** How a connection ended, as the client reports it. */
export interface ClientClose {
  code: number;
  reason: string;
  wasClean: boolean;
}

/** A page that does what a test calls it for. */
export class Tab implements AsyncDisposable {
  readonly stage: Stage;
  readonly #context: BrowserContext;
  readonly #page: Page;

  private constructor(context: BrowserContext, page: Page, stage: Stage) {
    this.#context = context;
    this.#page = page;
    this.stage = stage;
  }

  /**
   * Opens one in a context of its own: a browser opens six connections to a server at
   * most, in each context.
   *
   * @param address where its page is
   */
  static async open(address: string, stage: Stage): Promise<Tab> {
    return await Tab.#in(await (await browser()).newContext(), address, stage);
  }

  static async #in(context: BrowserContext, address: string, stage: Stage): Promise<Tab> {
    const page = await context.newPage();
    await page.goto(`${address}/tab.html`);
    return new Tab(context, page, stage);
  }

  /** Opens another one beside it, on the same page. */
  async beside(): Promise<Tab> {
    return await Tab.#in(this.#context, new URL(this.#page.url()).origin, this.stage);
  }

  /**
   * Does a check of the smoke page.
   *
   * @param transport The tab's own, unless given.
   */
  async check(name: string, transport = this.stage.transport): Promise<void> {
    await this.#call(async ([name, stage]) => {
      await (globalThis as unknown as Called).tab.run(name, stage);
    }, [name, { ...this.stage, transport }] as const);
  }

  /** Connects over the tab's transport, keeps the connection, and gives its session id. */
  async connect(): Promise<string> {
    return await this.#call(async (stage) => {
      const page = globalThis as unknown as Called;
      page.savedConnection = await page.tab.connect(stage);
      return page.savedConnection.id;
    }, this.stage);
  }

  /** Sends a message on the saved connection. */
  async send(message: string): Promise<void> {
    await this.#call(
      (text) => (globalThis as unknown as Called).savedConnection.send(text),
      message,
    );
  }

  /** Waits for the end of the connection that is kept. */
  async closed(): Promise<ClientClose> {
    return await this.#call(
      async () =>
        await (globalThis as unknown as Called).savedConnection.closed() as unknown as ClientClose,
      undefined,
    );
  }

  /** How an attempt ends that the client is to refuse. */
  async refused(): Promise<ClientClose> {
    return await this.#call(async ({ server, transport }) => {
      const { tab } = globalThis as unknown as Called;
      const connection = new tab.Connection(`${server}/smoke`, { transports: transport });
      return await connection.closed() as unknown as ClientClose;
    }, this.stage);
  }

  /** The transport that the client ends up with, by both ends' names of it. */
  async connectAnyhow(service: string): Promise<{ transport: string; protocol: string }> {
    return await this.#call(
      async ([server, service]) =>
        await (globalThis as unknown as Called).tab.connectAnyhow(server, service),
      [this.stage.server, service] as const,
    );
  }

  /** Goes to a page that has nothing to do with it. */
  async leave(): Promise<void> {
    await this.#page.goto("about:blank");
  }

  /** Closes it, and all that are beside it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }

  async #call<Argument, Result>(
    inPage: (argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result> {
    try {
      // What playwright says of the argument's type is beyond what can be said of `Argument`.
      return await this.#page.evaluate(inPage as (argument: unknown) => Result, argument);
    } catch (cause) {
      const { transport, server } = this.stage;
      throw new Error(`${transport} to ${server}: ${(cause as Error).message}`, { cause });
    }
  }
}
