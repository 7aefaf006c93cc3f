/** Tests that twice as much input costs a server twice as much work, and no more. */

import { assert, assertEquals } from "@std/assert";
import { TestServer } from "../support/test_server.ts";
import { presentHosts, startServer } from "../support/hosts.ts";
import { inputs } from "./doubling/inputs.ts";

/** What is paid for twice as much: four times that would be the square. */
const steepest = 2.8;
/** What is paid for anything, however little it is. */
const unavoidable = 1000;
/** The most messages of one client that the application receives in one turn. */
const mostInATurn = 5000;

const script = new URL("./doubling/server.ts", import.meta.url);

interface Reading {
  readonly paid: number;
  readonly received: number;
}

async function read(server: TestServer): Promise<Reading> {
  return JSON.parse((await server.get("/meter")).body);
}

for (const host of ["deno", "bun", "node24"] as const) {
  Deno.test({
    name: `${host}: twice as much of anything costs a server no more than twice as much`,
    ignore: !presentHosts.has(host),
    fn: async (test) => {
      await using process = await startServer(host, script);
      for (const { name, to, comesApart, send } of inputs) {
        await test.step(name, async () => {
          using server = new TestServer(host, process);
          const readings: Reading[] = [];
          for (let exponent = to - 3; exponent <= to; exponent++) {
            await read(server);
            await send(server, 2 ** exponent);
            readings.push(await read(server));
          }
          const shown = JSON.stringify(readings);
          const last = readings.at(-1)!;
          // Where sizes pass the bounds of buffers, the price may leap once.
          const steep = readings.filter(({ paid }, at) =>
            at > 0 && paid > steepest * (readings[at - 1]!.paid + unavoidable)
          );
          assert(steep.length <= 1, shown);
          if (!comesApart) assert(last.received <= mostInATurn, shown);
        });
      }
      assertEquals(process.stderr, "");
    },
  });
}
