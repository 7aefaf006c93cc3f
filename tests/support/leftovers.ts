/**
 * Abandons requests, and checks that the server keeps nothing of them.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import type { TestServer } from "./test_server.ts";

/**
 * How a client disconnects. Systems send an RST where bytes of the server were not read: before
 * the response has begun, because of an earlier one, or in the response itself.
 */
export type Disconnect = "FIN" | "RST" | "RST in the answer";

/** All ways to disconnect. */
export const disconnects: readonly Disconnect[] = ["FIN", "RST", "RST in the answer"];

/** Sends bytes, and disconnects. */
export async function abandon(server: TestServer, bytes: string, how: Disconnect): Promise<void> {
  using conn = await Deno.connect({ hostname: "127.0.0.1", port: server.port });
  if (how === "RST") {
    await write(conn, "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
    assertEquals(await conn.read(new Uint8Array(1)), 1);
  }
  await write(conn, bytes);
  if (how === "RST in the answer") assertEquals(await conn.read(new Uint8Array(1)), 1);
}

async function write(conn: Deno.Conn, text: string): Promise<void> {
  let bytes = new TextEncoder().encode(text);
  while (bytes.length > 0) bytes = bytes.subarray(await conn.write(bytes));
}

/**
 * How many sockets the server's process has open; 0 where the system does not report it. Files
 * do not count, because Deno opens those of its caches at any time.
 */
export async function openSockets(server: TestServer): Promise<number> {
  await server.roundTrip();
  if (Deno.build.os !== "linux") return 0;
  const folder = `/proc/${server.pid}/fd`;
  let count = 0;
  for await (const { name } of Deno.readDir(folder)) {
    // It may be closed by now.
    const target = await Deno.readLink(`${folder}/${name}`).catch(() => "");
    if (target.startsWith("socket:")) count++;
  }
  return count;
}

/** How many disconnect delays a machine may take to notice all disconnects. */
const maxDelays = 20;

/** Waits until a service has no connections, and its process no more sockets than before. */
export async function isQuiet(
  server: TestServer,
  service: string,
  before: number,
): Promise<void> {
  let connections = -1;
  let sockets = -1;
  for (let passed = 0; passed < maxDelays; passed++) {
    await server.disconnectDelays(1);
    connections = await server.connections(service);
    sockets = await openSockets(server);
    if (connections === 0 && sockets <= before) return;
  }
  assertEquals(connections, 0, "connections are left");
  assert(sockets <= before, `${sockets} sockets are open, ${before} were`);
}
