/** Tests of nginx in front of two processes on unix sockets. */

import { assertEquals } from "@std/assert";
import { startServer } from "../support/hosts.ts";
import { StockClient } from "../support/stock_client.ts";
import { behind, clientTransports, hosts } from "./behind.ts";
import { Proxy } from "./proxy.ts";

const script = new URL("../support/unix_socket.ts", import.meta.url);
const numbers = Array.from({ length: 200 }, (_, i) => `${i}`);

for (const host of hosts) {
  behind("nginx", host, "every transport works over unix sockets", async () => {
    await using folder = await temporaryFolder();
    const paths = ["one", "two"].map((name) => `${folder.path}/${name}.sock`);
    const processes = await Promise.all(
      paths.map((path) => startServer(host, script, ["--path", path])),
    );
    try {
      await using proxy = await Proxy.nginx(
        paths,
        // The sockets by name, whose path a colon ends.
        (text) => text.replace(/unix:.*\/(one|two)\.sock:/g, `unix:${folder.path}/$1.sock:`),
      );
      await Promise.all(clientTransports.map(async (name) => {
        for (const base of ["", "/one", "/two"]) {
          await using client = await StockClient.open(`${proxy.address}${base}/echo`, [name]);
          client.send(...numbers);
          assertEquals(await client.receive(numbers.length), numbers, base + name);
        }
        await using asking = await StockClient.open(`${proxy.address}/proxied`, [name]);
        asking.send("who");
        assertEquals(await asking.receive(1), ['["127.0.0.1",null]'], name);
      }));
      assertEquals(await proxy.serverErrors(), 0);
    } finally {
      await Promise.all(processes.map((process) => process.kill()));
    }
  });
}

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir();
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
