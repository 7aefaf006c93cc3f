/** Tests of the stock client behind HAProxy and nginx, with two processes on each runtime. */

import { assert, assertEquals } from "@std/assert";
import type { HostName } from "../support/hosts.ts";
import { StockClient } from "../support/stock_client.ts";
import { behind, clientTransports, hosts } from "./behind.ts";
import { type Program, Proxy } from "./proxy.ts";
import { Site } from "./site.ts";

const numbers = Array.from({ length: 200 }, (_, i) => `${i}`);

for (const host of hosts) {
  livesBehind("haproxy", host, (ports) => Proxy.haproxy("by_url.cfg", ports));
  livesBehind("nginx", host, (ports) => Proxy.nginx(ports));
}

function livesBehind(
  program: Program,
  host: HostName,
  start: (ports: number[]) => Promise<Proxy>,
): void {
  behind(program, host, "every transport lives and ends", async () => {
    const site = await Site.pair(host);
    await using proxy = await start(site.ports);
    await livesAndEnds(site, proxy);
  });
}

/** Two sessions over each transport, so that both processes have some. */
async function livesAndEnds(site: Site, proxy: Proxy): Promise<void> {
  const transports = clientTransports.flatMap((name) => [name, name]);
  await Promise.all(transports.map((name) => livesAndEndsOver(name, site, proxy)));
  assertEquals(await proxy.serverErrors(), 0);
}

async function livesAndEndsOver(transport: string, site: Site, proxy: Proxy): Promise<void> {
  await using client = await StockClient.open(`${proxy.address}/smoke`, [transport]);
  assertEquals(await site.opened(client.id), { service: "/smoke", protocol: transport });
  client.send(...numbers);
  assertEquals(await client.receive(numbers.length), numbers);
  await client.heartbeat(client.heartbeats + 3, 30_000);
  client.send("still here");
  assertEquals(await client.receive(1), ["still here"]);
  client.close();
  const { code = 0 } = await site.closed(client.id) ?? {};
  // A client that leaves between two polls is noticed after the disconnectDelay.
  const codes = { "websocket": [1000], "xhr-polling": [1002, 1006] }[transport] ?? [1002];
  assert(codes.includes(code), `${transport}: ${code}`);
}
