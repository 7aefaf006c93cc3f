/**
 * A program that uses a bus, and has nothing else to do: it ends by itself.
 *
 * @module
 */

import process from "node:process";
import { createServer } from "../../mod.ts";
import { type Bus, localBus } from "../../src/adapters/cluster.ts";

const [kind, folder] = process.argv.slice(-2) as [string, string];

if (kind === "bus") {
  const bus = localBus({ name: "test", folder });
  bus.watch({ back: () => {} });
  await bus.subscribe("channel", () => {});
  await bus.publish("channel", "payload");
  console.log(await bus.claim("key", "holder", 600_000));
} else if (kind === "server") {
  const server = createServer({ cluster: { bus: localBus({ name: "test", folder }), name: "a" } });
  server.publish("topic", "message");
  // The code for clusters is loaded after this.
  await new Promise((resolve) => setTimeout(resolve, 500));
  console.log("holder");
} else {
  const refuse = () => Promise.reject(new Error("The engine is gone"));
  const bus: Bus = {
    maxPayload: 1024,
    publish: refuse,
    subscribe: refuse,
    unsubscribe: refuse,
    claim: refuse,
    find: refuse,
    renew: refuse,
    release: refuse,
    watch() {},
    close: () => Promise.resolve(),
  };
  createServer({ cluster: { bus, name: "a" }, log: () => {} });
  await new Promise((resolve) => setTimeout(resolve, 500));
  console.log("holder");
}
