/**
 * Tests of the client that the server serves, in pages of another site: the iframe page checks its
 * integrity, has a Content-Security-Policy, and still works.
 */

import { assertEquals, assertMatch } from "@std/assert";
import type { BrowserContext, ConsoleMessage, Page } from "playwright-core";
import { createServer, type ServerOptions } from "../../mod.ts";
import { client } from "../../src/adapters/served_client.ts";
import { browserTest } from "../support/browser.ts";

/** A SockJS server, and a site of which a page uses it. */
class Sites implements AsyncDisposable {
  readonly #servers: Deno.HttpServer<Deno.NetAddr>[] = [];
  /** Where the service is. */
  readonly echo: string;
  /** Where the page is: not only another origin, another site. */
  readonly page: string;

  constructor(options: ServerOptions, policy: (server: string) => string) {
    const service = createServer({ prefix: "/echo", serveClient: client, ...options });
    service.on("connection", (connection) => {
      connection.on("data", (message) => connection.write(message));
    });
    const server = this.#serve(service.handler);
    this.echo = `http://127.0.0.1:${server}/echo`;
    const html = `<!DOCTYPE html><link rel="icon" href="data:,">
      <script src="${this.echo}/sockjs.min.js"
        integrity="${client.integrity}" crossorigin="anonymous"></script>`;
    const headers = {
      "Content-Type": "text/html",
      "Content-Security-Policy": policy(`127.0.0.1:${server}`),
    };
    this.page = `http://localhost:${this.#serve(() => new Response(html, { headers }))}/`;
  }

  #serve(handler: (request: Request) => Response | Promise<Response>): number {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
    this.#servers.push(server);
    return server.addr.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.shutdown()));
  }
}

/** The policy that `src/pages/README.md` names for a page. */
function pagePolicy(server: string): string {
  return `default-src 'none'; img-src data:; script-src http://${server}; ` +
    `connect-src http://${server} ws://${server}; frame-src http://${server}; ` +
    `form-action http://${server}`;
}

/** What a browser complains of, in the page and in its frames. */
function errors(page: Page): string[] {
  const found: string[] = [];
  page.on("console", (message: ConsoleMessage) => {
    // Chromium warns of `document.domain`, which the protocol has in the iframe page.
    if (message.type() === "error") found.push(message.text());
  });
  page.on("pageerror", (error: Error) => found.push(error.message));
  return found;
}

/** What is used of the stock client. */
interface Client {
  onopen: () => void;
  onmessage: (event: { data: string }) => void;
  onclose: (event: { code: number }) => void;
  transport: string;
  send(message: string): void;
  close(): void;
}

/** Connects, and has a message sent back; gives what became of it. */
function converse(page: Page, url: string, ...transports: string[]): Promise<string> {
  return page.evaluate(([url, ...transports]) =>
    new Promise<string>((resolve) => {
      const { SockJS } = globalThis as unknown as {
        SockJS: new (url: string, reserved: null, options: object) => Client;
      };
      const socket = new SockJS(url!, null, { transports, timeout: 5000 });
      setTimeout(() => resolve("silence"), 20_000);
      socket.onopen = () => socket.send("hello \u20ac");
      socket.onclose = ({ code }) => resolve(`closed with ${code}`);
      socket.onmessage = ({ data }) => {
        resolve(`${socket.transport}: ${data}`);
        socket.close();
      };
    }), [url, ...transports]);
}

async function open(context: BrowserContext, url: string): Promise<[Page, string[]]> {
  const page = await context.newPage();
  const found = errors(page);
  await page.goto(url);
  return [page, found];
}

const strict: ServerOptions = { sockjsIntegrity: true, contentSecurityPolicy: true };

for (const transport of ["iframe-eventsource", "iframe-htmlfile", "iframe-xhr-polling"]) {
  browserTest(`${transport} works with a checked client and a policy`, async (context) => {
    await using sites = new Sites(strict, pagePolicy);
    const [page, found] = await open(context, sites.page);
    assertEquals(await converse(page, sites.echo, transport), `${transport}: hello \u20ac`);
    assertEquals(found, []);
  });
}

for (const transport of ["websocket", "xhr-streaming", "xhr-polling", "jsonp-polling"]) {
  browserTest(`${transport} works in a page with the documented policy`, async (context) => {
    await using sites = new Sites(strict, pagePolicy);
    const [page, found] = await open(context, sites.page);
    assertEquals(await converse(page, sites.echo, transport), `${transport}: hello \u20ac`);
    assertEquals(found, []);
  });
}

browserTest("a client with another hash does not run in the iframe page", async (context) => {
  const other = `sha384-${btoa("\0".repeat(48))}`;
  await using sites = new Sites({ ...strict, sockjsIntegrity: other }, pagePolicy);
  const [page, found] = await open(context, sites.page);
  assertEquals(await converse(page, sites.echo, "iframe-xhr-polling"), "closed with 2000");
  assertMatch(found.join("\n"), /Failed to find a valid digest in the 'integrity' attribute/);
});

/** Breaks the policy in all ways, and gives what the browser says of that. */
const breakIn = (elsewhere: string) =>
  `(async () => {
  const violations = [];
  document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => {
    violations.push(effectiveDirective);
  });
  const inline = document.createElement("script");
  inline.textContent = "globalThis.isBroken = true";
  const script = document.createElement("script");
  script.src = "${elsewhere}/sockjs.min.js";
  document.head.append(inline, script);
  await new Promise((resolve) => script.onerror = resolve);
  await fetch("${elsewhere}/info").catch(() => {});
  const image = new Image();
  image.src = "/echo";
  await new Promise((resolve) => image.onerror = resolve);
  return globalThis.isBroken ? ["none"] : violations;
})()`;

browserTest("the client works with another version in the iframe page", async (context) => {
  const source = client.source.replaceAll(client.version, "1.0.0");
  await using old = new Sites({ serveClient: { source } }, pagePolicy);
  await using sites = new Sites({ sockjsUrl: `${old.echo}/sockjs.min.js` }, pagePolicy);
  const [page, found] = await open(context, sites.page);
  const transports = ["iframe-xhr-polling", "jsonp-polling"];
  assertEquals(await converse(page, sites.echo, ...transports), "jsonp-polling: hello \u20ac");
  assertMatch(found.join("\n"), /Incompatible SockJS! Main site uses: "1\.6/);
});

browserTest("the iframe page's policy keeps everything else out", async (context) => {
  await using sites = new Sites(strict, pagePolicy);
  await using others = new Sites({}, pagePolicy);
  const [page] = await open(context, `${sites.echo}/iframe.html`);
  const violations = await page.evaluate<string[]>(breakIn(others.echo));
  assertEquals(violations, ["script-src-elem", "script-src-elem", "connect-src", "img-src"]);
});
