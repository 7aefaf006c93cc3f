/**
 * Starts a test program's servers on free ports, with a control server that lists the ports and
 * runs commands for tests.
 *
 * @module
 */

import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import process from "node:process";

/** Something that a test can ask for; what it gives or resolves with is the response, as JSON. */
export type Command = (argument: string) => unknown;

/** Serves them all, by their names. */
export async function serve(
  servers: Readonly<Record<string, Server>>,
  commands: Readonly<Record<string, Command>> = {},
): Promise<void> {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => process.exit(0));
  }
  const ports = new Map<string, number>();
  for (const [name, server] of Object.entries(servers)) ports.set(name, await listen(server));
  const control = controlServer({ ...commands, ports: () => Object.fromEntries(ports) });
  console.log(`http://127.0.0.1:${await listen(control)}`);
}

/** Listens on any port that is free. */
export function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function controlServer(commands: Readonly<Record<string, Command>>): HttpServer {
  return createServer(async (req, res) => {
    const [, name = "", argument = ""] = (req.url ?? "").split("/").map(decodeURIComponent);
    try {
      const command = commands[name];
      if (command === undefined) throw new Error(`There is no command ${name}`);
      res.end(JSON.stringify(await command(argument) ?? null));
    } catch (error) {
      res.writeHead(500).end(error instanceof Error ? error.stack : String(error));
    }
  });
}
