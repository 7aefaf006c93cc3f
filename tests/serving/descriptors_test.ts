/**
 * Tests that a server without free file descriptors keeps its clients, and serves again when some
 * are free.
 */

import { assert, assertEquals } from "@std/assert";
import { run } from "../../scripts/run.ts";
import { HttpConnection } from "../support/raw_http.ts";
import { xhrStreaming } from "../support/receiving_transports.ts";
import { TestServer } from "../support/test_server.ts";
import { until } from "../support/until.ts";
import {
  type HostName,
  hostNames,
  presentHosts,
  skipReason,
  startServer,
} from "../support/hosts.ts";
import type { ServerProcess } from "../support/server_process.ts";

const script = new URL("../../examples/test_server/main.ts", import.meta.url);
/** How many more connections the limit allows, and how many clients connect. */
const [room, many] = [20, 60];

const skips = { "deno-node": "Deno's node:http accepts no more connections, and reports no error" };

const hasLimits = await run(["prlimit", "--version"]).then(() => true, () => false);
if (!hasLimits) {
  console.log("prlimit is not on this machine: running out of descriptors is skipped");
}

function openFiles({ pid }: ServerProcess): number {
  return [...Deno.readDirSync(`/proc/${pid}/fd`)].length;
}

async function survives(host: HostName): Promise<void> {
  await using process = await startServer(host, script);
  using server = new TestServer(host, process);
  const socket = await server.websocketSession("/echo");
  const echoes = async () => {
    await socket.sendText('"x"');
    assertEquals(await socket.message(), 'a["x"]');
  };
  const session = server.http("/echo");
  const stream = await session.open(xhrStreaming);
  await echoes();

  const limit = openFiles(process) + room;
  await run(["prlimit", "--pid", `${process.pid}`, `--nofile=${limit}:${limit}`]);
  const crowd: HttpConnection[] = [];
  try {
    while (crowd.length < many) {
      const connection = await HttpConnection.open(process.port);
      crowd.push(connection);
      await connection.send({ path: "/echo" });
    }
  } catch {
    // It has stopped listening for the moment.
  }
  await until(() => openFiles(process) >= limit || process.stderr !== "");
  await echoes();
  for (const connection of crowd) connection.close();

  await until(() => server.roundTrip().then(() => true, () => false));
  await session.send("y");
  assertEquals(await stream.frame(), 'a["y"]');
  await echoes();
  await server.websocketSession("/echo");
  const { code, stderr } = await process.stop();
  assertEquals(code, 0);
  if (host.startsWith("deno")) assert(stderr.includes("Too many open files"), stderr);
  else assertEquals(stderr, "");
}

for (const host of hostNames) {
  const skipped = skipReason(host, skips);
  Deno.test({
    name: `${host} keeps its clients when it runs out of file descriptors, and then serves again` +
      (skipped === undefined ? "" : ` (skipped: ${skipped})`),
    ignore: !hasLimits || !presentHosts.has(host) || skipped !== undefined,
    fn: () => survives(host),
  });
}
