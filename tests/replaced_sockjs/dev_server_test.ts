/** Tests of webpack-dev-server with our package in place of `sockjs`, also in Chromium. */

import { assert, assertEquals } from "@std/assert";
import type { BrowserContext, Page } from "playwright-core";
import { browserTest } from "../support/browser.ts";
import { canInstall } from "../support/can_install.ts";
import { DevServer } from "./dev_server.ts";
import { compareDevServers } from "./dev_server_facts.ts";
import { DevServerProjects, documentedDevServer, releases } from "./dev_server_projects.ts";
import { describe } from "./facts.ts";

const projects = new DevServerProjects();

Deno.test.afterAll(async () => {
  await projects[Symbol.asyncDispose]();
});

for (const release of releases) {
  const ours = async () => ({
    project: await projects.ours(release),
    packageName: "webpack-dev-server",
  });
  const original = async () => ({
    project: await projects.original(),
    packageName: release.original,
  });

  Deno.test({
    name: `webpack-dev-server ${release.version}: its clients get the same as with sockjs`,
    ignore: !canInstall,
    // The stock client leaves timers and sockets behind when it closes.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const comparisons = await compareDevServers(projects, release);
      const wrong = comparisons.filter(({ fault }) => fault !== "");
      if (wrong.length > 0) throw new Error(`\n${wrong.map(describe).join("\n")}`);
    },
  });

  if (!canInstall) continue;
  for (const [name, made] of Object.entries({ "sockjs": original, "ours": ours })) {
    const title = `webpack-dev-server ${release.version} with ${name}`;
    browserTest(`${title} updates pages over SockJS`, async (context) => {
      const { project, packageName } = await made();
      await using server = await DevServer.start(project, packageName, await documentedDevServer());
      await updatesPages(server, context);
    });
  }
}

/** Changes the application while it is open in two tabs, of which one has no websockets. */
async function updatesPages(server: DevServer, context: BrowserContext): Promise<void> {
  const withWebSocket = await context.newPage();
  const without = await context.newPage();
  await without.addInitScript("delete window.WebSocket");
  const sockets: string[] = [];
  withWebSocket.on("websocket", (socket) => sockets.push(new URL(socket.url()).pathname));
  const requests: string[] = [];
  without.on("request", (request) => requests.push(new URL(request.url()).pathname));
  const pages = [withWebSocket, without];

  const [main, message] = await Promise.all(["main.js", "message.js"].map((f) => server.read(f)));
  const say = (text: string) => server.write("message.js", `export const message = "${text}";\n`);
  await say("one");
  await Promise.all(pages.map(async (page) => {
    await connected(page, () => page.goto(server.address));
    await shows(page, "one");
    await page.evaluate(`window.mark = "the first load"`);
  }));
  assert(sockets.some((path) => /^\/ws\/\d+\/\w+\/websocket$/.test(path)), sockets.join());
  assert(requests.some((path) => /^\/ws\/\d+\/\w+\/xhr_streaming$/.test(path)), requests.join());

  await say("two");
  for (const page of pages) {
    await shows(page, "two");
    assertEquals(await mark(page), "the first load", "was reloaded");
  }

  await Promise.all(
    pages.map((page) =>
      connected(page, async () => {
        await page.waitForEvent("domcontentloaded");
      })
    ).concat(server.write("main.js", `${main}// Changed\n`)),
  );
  for (const page of pages) assertEquals(await mark(page), undefined, "was not reloaded");

  // Clients connect again.
  await server.restart(await documentedDevServer());
  await say("three");
  for (const page of pages) await shows(page, "three");

  const { code, stderr } = await server.stop();
  await server.write("main.js", main ?? "");
  await server.write("message.js", message ?? "");
  assertEquals([code, stderr], [0, ""]);
}

/** Does something after which the page's client says that it is connected. */
async function connected(page: Page, act: () => Promise<unknown>): Promise<void> {
  const said = page.waitForEvent("console", (message) => message.text().includes("Hot Module"));
  await Promise.all([said, act()]);
}

async function shows(page: Page, text: string): Promise<void> {
  await page.waitForFunction(`document.title === "${text}"`);
}

async function mark(page: Page): Promise<unknown> {
  return await page.evaluate("window.mark");
}
