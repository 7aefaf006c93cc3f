/** Tests that use all transports at the same time. */

import { assert, assertEquals } from "@std/assert";
import { closed } from "../../examples/test_server/page/witness.js";
import { Tunnel } from "../support/tunnel.ts";
import { noting } from "./outcomes.ts";
import {
  onRuntime,
  openTabs,
  type Origin,
  origins,
  serverProcess,
  startTestServer,
} from "./runtime.ts";
import type { ClientClose, Tab } from "../support/tab.ts";

withAllTransports("are held over three heartbeats", ["same-origin"], async (from) => {
  const { address } = await serverProcess();
  await using stack = new AsyncDisposableStack();
  const tabs = await openTabs(stack, address, from);
  await Promise.all(tabs.map((tab) => tab.check("stays open for three heartbeats")));
});

withAllTransports("are closed when the server stops", origins, async (from) => {
  await using process = await startTestServer();
  await using stack = new AsyncDisposableStack();
  const tabs = await openTabs(stack, process.address, from);
  await Promise.all(tabs.map((tab) => tab.connect()));
  assertEquals((await process.kill()).stderr, "");
  await Promise.all(tabs.map(async (tab) => {
    await learn(tab);
    assertEquals(codeAndCleanness(await tab.closed()), [1006, false], tab.stage.transport);
  }));
});

// The page comes through the tunnel, too: so all of them are there.
withAllTransports(
  "reconnect after their connections are cut",
  ["same-origin"],
  async (from) => {
    const { address, port } = await serverProcess();
    using tunnel = Tunnel.plain(port);
    await using stack = new AsyncDisposableStack();
    const tabs = await openTabs(stack, `http://127.0.0.1:${tunnel.port}`, from);
    const ids = await Promise.all(tabs.map((tab) => tab.connect()));
    tunnel.cut();
    const closes = await Promise.all(ids.map((id) => closed(address, id)));
    for (const { wasClean } of closes) assert(!wasClean);
    tunnel.mend();
    await Promise.all(tabs.map(async (tab) => {
      await learn(tab);
      // Clients that ask for their session again learn that it was interrupted.
      const { code } = await tab.closed();
      assert(code === 1006 || code === 1002, `${tab.stage.transport}: ${code}`);
      await tab.check("opens over it, as the server sees it too");
    }));
  },
);

/**
 * Makes the client learn that its receiving request has ended: an EventSource retries for
 * ever, and htmlfile has no event for it. The client learns it when it sends.
 */
async function learn(tab: Tab): Promise<void> {
  if (/(eventsource|htmlfile)$/.test(tab.stage.transport)) await tab.send("Is anybody there?");
}

function codeAndCleanness({ code, wasClean }: ClientClose): [number, boolean] {
  return [code, wasClean];
}

function withAllTransports(
  sentence: string,
  from: readonly Origin[],
  test: (from: readonly Origin[]) => Promise<void>,
): void {
  onRuntime(
    "all transports",
    sentence,
    () => noting(`all ${sentence}`, from, () => test(from)),
  );
}
