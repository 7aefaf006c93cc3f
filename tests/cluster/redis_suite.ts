/**
 * A program that puts Redis buses through the suite that every bus has to pass, on any runtime. Its
 * argument is the name of a client library. It prints a line of JSON for each test.
 *
 * @module
 */

import process from "node:process";
import { busSuite } from "../../src/cluster/bus_suite.ts";
import type { RedisLibrary } from "../support/redis_clients.ts";
import { RedisServer } from "../support/redis_server.ts";
import { RedisBuses } from "./redis_buses.ts";
import { redisTraps } from "./redis_traps.ts";

const library = process.argv[2] as RedisLibrary;
const server = await RedisServer.open();
const buses = new RedisBuses(library, server);

const suite = busSuite({
  open: async () => (await buses.open()).bus,
  interrupt(bus) {
    const proxies = buses.proxies(bus);
    for (const proxy of proxies) proxy.cut();
    return Promise.resolve(() => Promise.resolve(proxies.forEach((proxy) => proxy.mend())));
  },
  stall() {
    const proxies = buses.proxies();
    for (const proxy of proxies) proxy.stall();
    return Promise.resolve(() => Promise.resolve(proxies.forEach((proxy) => proxy.mend())));
  },
});

const traps = Object.entries(redisTraps).map(([name, run]) => ({ name, run: () => run(buses) }));
for (const { name, run } of [...suite, ...traps]) {
  let error: string | undefined;
  try {
    await run();
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  await buses.close();
  await server.empty();
  console.log(JSON.stringify({ name, error }));
}
await server.close();
process.exit();
