/** Tests of a rolling restart: three processes end and start again, one after another. */

import { assertEquals } from "@std/assert";
import { until } from "../support/until.ts";
import { behind } from "./behind.ts";
import { Proxy } from "./proxy.ts";
import { names, RestartingSite } from "./restarting_site.ts";

/** Clients that come after each restart. */
const newcomers = 10;

behind("haproxy", "deno", "a rolling restart costs no session on another process", async () => {
  await using site = await RestartingSite.start((ports) => Proxy.haproxy("by_url.cfg", ports));
  for (const name of names) {
    await site.stop(name);
    await site.startAgain(name);
    await until(async () => await site.proxy.statistic("sockjs", name, "status") === "UP");
    await site.open(newcomers);
    await site.allEcho();
  }
  assertEquals(site.clients.flatMap(({ losses }) => losses), []);
  assertEquals(await site.proxy.serverErrors(), 0);
});

behind(
  "nginx",
  "deno",
  "a rolling restart costs only HTTP sessions that have strayed",
  async () => {
    await using site = await RestartingSite.start((ports) => Proxy.nginx(ports));
    const homes = new Map(site.clients.map(({ segment, process }) => [segment, process]));
    for (const name of names) {
      await site.stop(name);
      // These began elsewhere because their process was away. When it is back, it gets their requests.
      const strayed = site.clients.filter(({ transport, segment }) =>
        transport !== "websocket" && homes.get(segment) === name
      );
      await site.startAgain(name);
      await Promise.all(strayed.map((client) => client.echo()));
      assertEquals(strayed.filter(({ losses }) => losses.length === 0), []);
      site.dismiss(strayed);
      await site.open(newcomers + strayed.length);
      await site.allEcho();
    }
    assertEquals(site.clients.flatMap(({ losses }) => losses), []);
    assertEquals(await site.proxy.serverErrors(), 0);
  },
);
