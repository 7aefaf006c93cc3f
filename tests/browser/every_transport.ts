/** Tests of each transport, from the server's origin and from another. */

import { assertEquals } from "@std/assert";
import { checks, transports } from "../../examples/test_server/page/checks.js";
import { closed } from "../../examples/test_server/page/witness.js";
import { note, noting } from "./outcomes.ts";
import { isThere, onRuntime, type Origin, origins, pageAddress, serverProcess } from "./runtime.ts";
import { Tab } from "../support/tab.ts";

type Check = (tab: Tab) => Promise<void>;

/** Done with tabs, or for all transports at once; the smoke page has to make do with iframes. */
const doneHereOtherwise = [
  "stays open for three heartbeats",
  "echoes in two tabs at once",
  "is closed by navigation, as the server sees it too",
];

/** Those that are done ahead of their tests, so that no test waits for a timeout alone. */
const atOnce = 3;

/** A transport between a page and a server, and all that is checked of it. */
class Combination {
  readonly origin: Origin;
  readonly transport: string;
  readonly #checks = new Map<string, Check>();
  readonly #outcomes = new Map<string, PromiseWithResolvers<void>>();
  #isBegun = false;

  constructor(origin: Origin, transport: string) {
    this.origin = origin;
    this.transport = transport;
    for (const { name, canRun } of checks) {
      if (doneHereOtherwise.includes(name)) continue;
      if (!canRun(transport, origin === "same-origin")) continue;
      this.#add(name, (tab) => tab.check(name));
    }
    this.#add("echoes in two tabs at once", echoesInTwoTabs);
    this.#add("is closed by navigation, as the server sees it too", leavesByNavigation);
  }

  #add(sentence: string, check: Check): void {
    const outcome = Promise.withResolvers<void>();
    // Its test may not have begun to wait when it fails.
    outcome.promise.catch(() => {});
    this.#checks.set(sentence, check);
    this.#outcomes.set(sentence, outcome);
  }

  get sentences(): string[] {
    return [...this.#checks.keys()];
  }

  /** What came of a check; all of them are done, one after the other, once any is asked for. */
  async outcome(sentence: string): Promise<void> {
    await this.#outcomes.get(sentence)?.promise;
  }

  async begin(): Promise<void> {
    if (this.#isBegun) return;
    this.#isBegun = true;
    try {
      const { address } = await serverProcess();
      await using tab = await Tab.open(pageAddress(this.origin, address), {
        server: address,
        transport: this.transport,
      });
      for (const [sentence, check] of this.#checks) {
        await check(tab).then(
          this.#outcomes.get(sentence)?.resolve,
          this.#outcomes.get(sentence)?.reject,
        );
      }
    } catch (error) {
      for (const { reject } of this.#outcomes.values()) reject(error);
    }
  }
}

async function echoesInTwoTabs(tab: Tab): Promise<void> {
  const tabs = [tab, await tab.beside()];
  await Promise.all(tabs.map((each) => each.check("echoes in order")));
}

/** The server learns of it at once, or by a timeout, but always. */
async function leavesByNavigation(tab: Tab): Promise<void> {
  const leavingTab = await tab.beside();
  const id = await leavingTab.connect();
  await leavingTab.leave();
  await closed(tab.stage.server, id);
}

const combinations = origins.flatMap((origin) =>
  transports
    .filter((transport) => isThere(transport, origin))
    .map((transport) => new Combination(origin, transport))
);

for (const [at, combination] of combinations.entries()) {
  const { origin, transport } = combination;
  for (const sentence of combination.sentences) {
    onRuntime(`${transport} ${origin}`, sentence, async () => {
      for (const next of combinations.slice(at, at + atOnce)) next.begin();
      await noting(transport, [origin], () => combination.outcome(sentence));
    });
  }
}

onRuntime("htmlfile cross-origin", "is refused by the client", async () => {
  const { address } = await serverProcess();
  await using tab = await Tab.open(pageAddress("cross-origin", address), {
    server: address,
    transport: "htmlfile",
  });
  assertEquals((await tab.refused()).reason, "All transports failed");
  note("htmlfile", "cross-origin", "not there");
});
