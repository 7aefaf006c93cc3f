/** Tests that the client, with all its transports to choose from, falls back to one that works. */

import { assertEquals } from "@std/assert";
import { HttpProxy, type ProxyHabits } from "./http_proxy.ts";
import { noting } from "./outcomes.ts";
import { onRuntime, origins, pageAddress, serverProcess } from "./runtime.ts";
import { Tab } from "../support/tab.ts";

connects("websocket", "when nothing is in its way", "/echo");
connects("xhr-streaming", "when websockets are switched off", "/disabled_websocket_echo");
connects("xhr-streaming", "when a proxy refuses upgrades", "/echo", { refusesUpgrades: true });
connects("xhr-streaming", "when a proxy forgets upgrades", "/echo", {});
// Without websockets: the client leaves the timer of a transport that fails by itself, as a
// websocket does behind a proxy, and that timer then gives up whichever transport it is trying.
connects("xhr-polling", "when a proxy holds responses back", "/disabled_websocket_echo", {
  holdsBack: true,
});

function connects(transport: string, when: string, service: string, proxy?: ProxyHabits): void {
  onRuntime("any transport", `it is ${transport} ${when}`, async () => {
    await noting(
      `${transport} ${when}`,
      origins,
      () => endsUpWith(transport, service, proxy),
    );
  });
}

async function endsUpWith(
  transport: string,
  service: string,
  proxy?: ProxyHabits,
): Promise<void> {
  const { address, port } = await serverProcess();
  await using between = proxy && await HttpProxy.start(port, proxy);
  const server = between?.address ?? address;
  await Promise.all(origins.map(async (origin) => {
    await using tab = await Tab.open(pageAddress(origin, server), { server, transport });
    const { transport: here, protocol: there } = await tab.connectAnyhow(service);
    assertEquals([here, there], [transport, transport], origin);
  }));
}
