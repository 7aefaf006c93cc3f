/** Tests of how the deployed program and an example end, on each runtime. */

import { assertEquals } from "@std/assert";
import { root } from "../../scripts/npm_package/project.ts";
import { type RuntimeName, scriptCommand } from "../../scripts/runtimes.ts";
import { type HostName, presentHosts } from "../support/hosts.ts";
import { HttpConnection } from "../support/raw_http.ts";
import { ServerProcess } from "../support/server_process.ts";
import { until } from "../support/until.ts";
import { AppFolder } from "./deployed_app.ts";

const runtimes = ["node20", "node24", "deno", "bun"] as const satisfies RuntimeName[];

/** The server's log, in which nothing else is. */
const refused = "info: Refused with 503 for /info: the server is draining\n";

for (const runtime of runtimes) {
  const ignore = !presentHosts.has(runtime as HostName);

  Deno.test({
    name: `the program on ${runtime}: clients that stop in a request do not keep it`,
    ignore,
    async fn() {
      await using folder = await AppFolder.make();
      await using program = await folder.start(runtime, {
        DRAIN_SECONDS: "0",
        SPREAD_SECONDS: "0",
      });
      await endsInSpiteOfClients(program);
    },
  });

  // It uses `Deno.serve` and `Bun.serve`.
  Deno.test({
    name: `an example on ${runtime}: clients that stop in a request do not keep it`,
    ignore,
    async fn() {
      const command = await scriptCommand(runtime, new URL("examples/echo/main.ts", root)) ?? [];
      await using program = await ServerProcess.run([...command, "--port", "0"]);
      await endsInSpiteOfClients(program);
    },
  });

  Deno.test({
    name: `the program on ${runtime}: a second signal while it drains ends it at once`,
    ignore,
    async fn() {
      await using folder = await AppFolder.make();
      for (const second of ["SIGTERM", "SIGINT"] as const) {
        await using program = await folder.start(runtime, { DRAIN_SECONDS: "9999" });
        Deno.kill(program.pid, "SIGTERM");
        await until(async () => (await get(`${program.address}/echo/info`)) === 503);
        Deno.kill(program.pid, second);
        const { code, stderr } = await program.ended();
        assertEquals([code, stderr], [0, refused]);
      }
    },
  });
}

/** Ends a program under a client without a request, one in its head and one in its body. */
async function endsInSpiteOfClients(program: ServerProcess): Promise<void> {
  using idle = await HttpConnection.open(program.port);
  assertEquals((await idle.exchange({ path: "/echo" })).status, 200);
  using head = await HttpConnection.open(program.port);
  await head.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Le");
  using body = await HttpConnection.open(program.port);
  await body.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n[");

  let hasEnded = false;
  const stopped = program.stop().finally(() => hasEnded = true);
  // Without a limit of its own, it would take minutes.
  await until(() => hasEnded);
  const { code, stderr } = await stopped;
  assertEquals([code, stderr], [0, ""]);
}

async function get(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}
