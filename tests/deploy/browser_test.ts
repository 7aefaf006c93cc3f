/**
 * Tests of the stock client in Chromium behind HAProxy and nginx: the transports that it has only in
 * browsers, and all of them where the affinity is a cookie.
 */

import { assertEquals } from "@std/assert";
import { Tab } from "../support/tab.ts";
import { hasBrowser } from "../support/browser.ts";
import { behind, hosts } from "./behind.ts";
import { type Program, Proxy } from "./proxy.ts";
import { Site } from "./site.ts";

/** The stock client has these only in browsers. */
const inBrowsersOnly = ["htmlfile", "jsonp-polling"];

/** The checks of some transports. */
type Check = (server: string) => Promise<unknown>;

inChromium("haproxy", "by URL", liveAndEnd, ({ ports }) => Proxy.haproxy("by_url.cfg", ports));
inChromium("nginx", "by URL", liveAndEnd, ({ ports }) => Proxy.nginx(ports));
inChromium("haproxy", "by JSESSIONID", echo, ({ ports }) => {
  return Proxy.haproxy("by_jsessionid.cfg", ports);
});
inChromium("haproxy", "by a cookie of its own", echo, ({ ports }) => {
  return Proxy.haproxy("by_cookie.cfg", ports);
});

/** Registers a test on each runtime. */
function inChromium(
  program: Program,
  affinity: string,
  check: Check,
  start: (site: Site) => Promise<Proxy>,
): void {
  for (const host of hosts) {
    behind(program, host, `${affinity}, Chromium keeps its sessions`, async () => {
      if (!hasBrowser) return console.log("Skipped: no Chromium is on this machine");
      await using proxy = await start(await Site.pair(host));
      await check(proxy.address);
      assertEquals(await proxy.serverErrors(), 0);
    });
  }
}

function liveAndEnd(server: string): Promise<unknown> {
  return Promise.all(inBrowsersOnly.map(async (transport) => {
    await using tab = await Tab.open(server, { server, transport });
    await tab.check("echoes in order");
    await tab.check("stays open for three heartbeats");
    await tab.check("is closed by navigation, as the server sees it too");
  }));
}

/** Over all transports, in two tabs with cookies of their own, so that both processes have some. */
function echo(server: string): Promise<unknown> {
  const halves = [["websocket", "eventsource", "htmlfile"], [
    "xhr-streaming",
    "xhr-polling",
    "jsonp-polling",
  ]];
  return Promise.all(halves.map(async (transports) => {
    await using tab = await Tab.open(server, { server, transport: transports[0]! });
    for (const transport of transports) await tab.check("echoes in order", transport);
  }));
}
