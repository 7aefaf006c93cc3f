/** The client falls back to what works, when it may choose among all of its transports. */

import { assertEquals } from "@std/assert";
import { HttpProxy, type ProxyHabits } from "./http_proxy.ts";
import { noting } from "./outcomes.ts";
import { onRuntime, origins, pageAddress, runtimes, serverProcess } from "./runtimes.ts";
import { Tab } from "./tab.ts";

connects("websocket", "when nothing is in its way", "/echo");
connects("xhr-streaming", "when websockets are switched off", "/disabled_websocket_echo");
connects("xhr-streaming", "when a proxy refuses upgrades", "/echo", { refusesUpgrades: true });
connects("xhr-streaming", "when a proxy forgets upgrades", "/echo", {});
connects("xhr-polling", "when a proxy holds responses back", "/echo", { holdsBack: true });

function connects(transport: string, when: string, service: string, proxy?: ProxyHabits): void {
  for (const runtime of runtimes) {
    onRuntime(runtime, "any transport", `it is ${transport} ${when}`, async () => {
      await noting(`${transport} ${when}`, runtime, origins, async () => {
        const { address, port } = await serverProcess(runtime);
        await using between = proxy && await HttpProxy.start(port, proxy);
        const server = between?.address ?? address;
        await Promise.all(origins.map(async (origin) => {
          await using tab = await Tab.open(pageAddress(origin, server), { server, transport });
          const { transport: here, protocol: there } = await tab.connectAnyhow(service);
          assertEquals([here, there], [transport, transport], origin);
        }));
      });
    });
  }
}
