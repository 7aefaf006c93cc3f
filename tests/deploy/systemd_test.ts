/** Tests of the systemd units, and of the program with a socket that systemd's own tool passes. */

import { assertEquals, assertNotEquals } from "@std/assert";
import { run } from "../../scripts/run.ts";
import { runtimeCommand, type RuntimeName } from "../../scripts/runtimes.ts";
import { freePort } from "../support/free_port.ts";
import { presentHosts } from "../support/hosts.ts";
import { ServerProcess } from "../support/server_process.ts";
import { StockClient } from "../support/stock_client.ts";
import { until } from "../support/until.ts";
import { AppFolder } from "./deployed_app.ts";
import { deploy } from "./example_files.ts";
import { isPresent } from "../support/executables.ts";

const hasSystemd = isPresent("systemd-analyze");
const canActivate = isPresent("systemd-socket-activate");

/** Copies the units as instances, with a program that this machine has. */
async function copyUnits(folder: string): Promise<string[]> {
  const node = (await runtimeCommand("node"))?.[0] ?? "";
  const units = ["service", "socket"].map((kind) => `${folder}/echo@8081.${kind}`);
  for (const unit of units) {
    const text = await Deno.readTextFile(
      new URL(`systemd/${unit.split("/").pop()?.replace("8081", "")}`, deploy),
    );
    await Deno.writeTextFile(unit, text.replace("/usr/bin/node", node));
  }
  return units;
}

Deno.test({
  name: "systemd finds no mistake in the units, and little that they could still give up",
  ignore: !hasSystemd,
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const units = await copyUnits(folder);
      assertEquals(await run(["systemd-analyze", "verify", "--man=no", ...units]), "");
      // From 0 (nothing is allowed) to 100; without the lines about hardening it is 96.
      const rate = ["systemd-analyze", "security", "--offline=true", "--threshold=20"];
      await run([...rate, "--no-pager", units[0] ?? ""]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("the time that systemd waits for the program is longer than its drain", async () => {
  const text = await Deno.readTextFile(new URL("systemd/echo@.service", deploy));
  const number = (name: string) => Number(new RegExp(`${name}=(\\d+)`).exec(text)?.[1]);
  // `close` waits up to 10 s for websockets, and `disconnectDelay` for clients that poll. The bus waits
  // 3 s for its engine.
  const longest = number("DRAIN_SECONDS") + number("SPREAD_SECONDS") + 10 + 5 + 3;
  assertEquals(number("TimeoutStopSec") > longest, true);
});

const runtimes: readonly RuntimeName[] = ["node20", "node24", "deno"];

for (const runtime of runtimes) {
  Deno.test({
    name:
      `${runtime} on a socket of systemd's: clients echo, and SIGTERM sends them away with 1001`,
    ignore: !canActivate || !(presentHosts as ReadonlySet<string>).has(runtime),
    // The client leaves timers and sockets behind when it closes.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using folder = await AppFolder.make();
      const port = freePort();
      await using server = await activate(port, await folder.command(runtime, "server.mjs"));
      assertEquals(server.port, port);
      const url = `${server.address}/echo`;
      const transports = ["websocket", "xhr-streaming", "eventsource", "xhr-polling"];
      const clients = await Promise.all(transports.map((each) => echo(url, each)));
      const ended = server.stop();
      for (const client of clients) assertEquals((await client.closed()).code, 1001);
      assertEquals((await ended).code, 0);
    },
  });
}

Deno.test({
  name: "bun on a socket of systemd's ignores it, and listens on another port",
  ignore: !canActivate || !presentHosts.has("bun"),
  async fn() {
    await using folder = await AppFolder.make();
    const port = freePort();
    await using server = await activate(port, await folder.command("bun", "server.mjs"));
    assertNotEquals(server.port, port);
  },
});

/** Opens a connection over a transport, and waits for its echo. */
async function echo(url: string, transport: string): Promise<StockClient> {
  const client = await StockClient.open(url, [transport]);
  client.send(transport);
  assertEquals(await client.receive(1), [transport]);
  return client;
}

/** Starts a command with a socket that systemd's tool listens on. */
async function activate(port: number, command: readonly string[]): Promise<ServerProcess> {
  const env = ["DRAIN_SECONDS=0", "SPREAD_SECONDS=0"].map((each) => `--setenv=${each}`);
  const listen = `--listen=127.0.0.1:${port}`;
  const starting = ServerProcess.run(["systemd-socket-activate", ...env, listen, ...command]);
  await listening(port);
  // The tool becomes the program when the first connection comes.
  using _connection = await Deno.connect({ hostname: "127.0.0.1", port });
  return await starting;
}

/** Waits until the port is listed as one that is listened on, without a connection to it. */
async function listening(port: number): Promise<void> {
  const entry = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:0000 0A`;
  await until(async () => (await Deno.readTextFile("/proc/net/tcp")).includes(entry));
}
