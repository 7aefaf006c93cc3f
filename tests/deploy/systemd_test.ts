/** Tests of the systemd units, and of the program with a socket that systemd's own tool passes. */

import { assertEquals, assertMatch } from "@std/assert";
import { run } from "../../scripts/run.ts";
import { runtimeCommand, type RuntimeName } from "../../scripts/runtimes.ts";
import { presentHosts } from "../support/hosts.ts";
import { StockClient } from "../support/stock_client.ts";
import { until } from "../support/until.ts";
import { AppFolder, deploy, isHere } from "./deployed_app.ts";

const hasSystemd = await isHere("systemd-analyze");
const canActivate = await isHere("systemd-socket-activate");

/** Copies the units as instances, with a program that this machine has. */
async function copyUnits(folder: string): Promise<string[]> {
  const node = (await runtimeCommand("node"))?.[0] ?? "";
  const units = ["service", "socket"].map((kind) => `${folder}/echo@8081.${kind}`);
  for (const unit of units) {
    const text = await Deno.readTextFile(
      new URL(`systemd/${unit.split("/").pop()?.replace("8081", "")}`, deploy),
    );
    // The folder of the program is only on the machine that serves.
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
  // `close` waits up to 10 s for websockets, and `disconnectDelay` for clients that poll.
  const longest = number("DRAIN_SECONDS") + number("SPREAD_SECONDS") + 10 + 5;
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
      const child = new Deno.Command("systemd-socket-activate", {
        args: [
          ...["DRAIN_SECONDS=0", "SPREAD_SECONDS=0"].map((each) => `--setenv=${each}`),
          `--listen=127.0.0.1:${port}`,
          ...await folder.command(runtime, "server.mjs"),
        ],
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const printed = Promise.all(
        [child.stdout, child.stderr].map((each) => new Response(each).text()),
      );
      await listening(port);
      // The first connection starts the program, and waits for it.
      const url = `http://127.0.0.1:${port}/echo`;
      const transports = ["websocket", "xhr-streaming", "eventsource", "xhr-polling"];
      for (const client of await Promise.all(transports.map((each) => echo(url, each)))) {
        if (client.transport === "websocket") child.kill("SIGTERM");
        assertEquals((await client.closed()).code, 1001);
      }
      assertEquals((await child.status).code, 0);
      assertMatch((await printed).join(""), /Listening on/);
    },
  });
}

/** Opens a connection over a transport, and waits for its echo. */
async function echo(url: string, transport: string): Promise<StockClient> {
  const client = await StockClient.open(url, [transport]);
  client.send(transport);
  assertEquals(await client.receive(1), [transport]);
  return client;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Waits until the port is listed as one that is listened on, without a connection to it. */
async function listening(port: number): Promise<void> {
  const entry = `0100007F:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:0000 0A`;
  await until(async () => (await Deno.readTextFile("/proc/net/tcp")).includes(entry));
}
