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

const inBrowsersOnly = ["htmlfile", "jsonp-polling"];
const all = ["websocket", "xhr-streaming", "eventsource", "xhr-polling", ...inBrowsersOnly];

/** A check of a transport in a tab. */
type Check = (server: string, transport: string) => Promise<void>;

inChromium("haproxy", "by URL", inBrowsersOnly, livesAndEnds, (site) => {
  return Proxy.haproxy("by_url.cfg", site.ports);
});
inChromium("nginx", "by URL", inBrowsersOnly, livesAndEnds, (site) => Proxy.nginx(site.ports));
inChromium("haproxy", "by JSESSIONID", all, echoes, (site) => {
  return Proxy.haproxy("by_jsessionid.cfg", site.ports);
});
inChromium("haproxy", "by a cookie of its own", all, echoes, (site) => {
  return Proxy.haproxy("by_cookie.cfg", site.ports);
});

/** Registers a test of these transports on each runtime. */
function inChromium(
  program: Program,
  affinity: string,
  transports: readonly string[],
  check: Check,
  start: (site: Site) => Promise<Proxy>,
): void {
  for (const host of hosts) {
    behind(program, host, `${affinity}, Chromium keeps its sessions`, async () => {
      if (!hasBrowser) return console.log("Skipped: no Chromium is on this machine");
      const args = affinity === "by JSESSIONID" ? ["--jsessionid"] : [];
      await using site = await Site.start([host, host], args);
      await using proxy = await start(site);
      await Promise.all(transports.map((transport) => check(proxy.address, transport)));
      assertEquals(await proxy.serverErrors(), 0);
    });
  }
}

async function livesAndEnds(server: string, transport: string): Promise<void> {
  await using tab = await Tab.open(server, { server, transport });
  await tab.check("echoes in order");
  await tab.check("stays open for three heartbeats");
  await tab.check("is closed by navigation, as the server sees it too");
}

/** In tabs with cookies of their own, so that both processes have some. */
async function echoes(server: string, transport: string): Promise<void> {
  await using tab = await Tab.open(server, { server, transport });
  await tab.check("echoes in order");
}
