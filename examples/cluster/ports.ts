/**
 * The port of several processes. All have to know its number before they start.
 *
 * @module
 */

import { type AddressInfo, connect, createServer, type Server } from "node:net";
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

/** Resolves when a process listens on the port. */
export async function whenListening(port: number): Promise<void> {
  while (!await accepts(port)) await new Promise((resolve) => setTimeout(resolve, 50));
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, hostname);
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
