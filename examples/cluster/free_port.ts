/**
 * Finds a port for several processes, which all have to know its number.
 *
 * @module
 */

import { createServer, type Server } from "node:net";
import type { AddressInfo } from "node:net";
import { fail } from "../command_line.ts";
import { hostname } from "../serve.ts";

/** The chosen port if it is free; without one 8080, or another one if that is taken. */
export async function freePort(chosen: number | undefined): Promise<number> {
  const port = await portOf(chosen ?? 8080);
  if (port !== undefined) return port;
  if (chosen !== undefined) fail(`port ${chosen} is taken; choose another one with --port`);
  return await portOf(0) ?? fail("no port is free");
}

/** Listens for a moment. */
async function portOf(port: number): Promise<number | undefined> {
  const server = createServer();
  const found = await listen(server, port);
  await new Promise((resolve) => server.close(resolve));
  return found;
}

function listen(server: Server, port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    server.on("error", () => resolve(undefined));
    server.listen(port, hostname, () => resolve((server.address() as AddressInfo).port));
  });
}
