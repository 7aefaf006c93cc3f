/** Tests of two processes behind Caddy and Apache, with the stock client. */

import { assertEquals, assertNotEquals } from "@std/assert";
import { StockClient } from "../support/stock_client.ts";
import { until } from "../support/until.ts";
import { behind, clientTransports, hosts } from "./behind.ts";
import { AppFolder } from "./deployed_app.ts";
import { isPresent, Proxy } from "./proxy.ts";

for (const program of ["caddy", "apache"] as const) {
  for (const host of hosts) {
    behind(
      program,
      host,
      "every transport stays with its process, and only the clients of a process that stops get 1001",
      async () => {
        await using folder = await AppFolder.make();
        const env = { DRAIN_SECONDS: "0", SPREAD_SECONDS: "0" };
        await using first = await folder.start(host, env);
        await using second = await folder.start(host, env);
        await using proxy = await Proxy[program]([first.port, second.port]);
        const url = `${proxy.address}/echo`;

        const clients = await openAll(url, 8);
        for (const client of clients) await echoes(client, "before");
        assertEquals((await first.stop()).code, 0);
        const left = clients.filter(({ transport }) => transport !== null);
        assertNotEquals(left.length, 0);
        assertNotEquals(left.length, clients.length);
        for (const client of clients) {
          if (left.includes(client)) await echoes(client, "after");
          else assertEquals((await client.closed()).code, 1001);
        }
        for (const client of await openAll(url, 4)) left.push(client);
        for (const client of left) await echoes(client, "at last");
        for (const client of left) await client[Symbol.asyncDispose]();
      },
    );
  }

  behind(program, "node24", "a process that drains gets no new client", async () => {
    await using folder = await AppFolder.make();
    await using first = await folder.start("node24", { DRAIN_SECONDS: "600" });
    await using second = await folder.start("node24");
    await using proxy = await Proxy[program]([first.port, second.port]);
    Deno.kill(first.pid, "SIGTERM");
    // It still listens, and would answer 503.
    await until(async () => await statusOf(`${first.address}/echo/info`) === 503);
    let good = 0;
    await until(async () => {
      const status = await statusOf(`${proxy.address}/echo/info`);
      good = status === 200 ? good + 1 : 0;
      return good === 30;
    });
  });
}

Deno.test({
  name: "behind apache, a server gets the cookies of a client as they are, after that of the route",
  ignore: !isPresent("apache"),
  async fn() {
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => new Response(request.headers.get("cookie")),
    );
    const { port } = server.addr;
    await using proxy = await Proxy.apache([port, port]);
    const url = `${proxy.address}/echo/000/session/xhr`;
    // The last is what a client would send to choose another process.
    for (const cookie of ["user=joe", "user=joe; JSESSIONID=a", "user=joe; echo-server=.2"]) {
      const response = await fetch(url, { headers: { cookie } });
      assertEquals(await response.text(), `echo-server=.1; ${cookie}`);
    }
    assertEquals(await (await fetch(url)).text(), "echo-server=.1");
  },
});

async function statusOf(url: string): Promise<number> {
  const response = await fetch(url);
  await response.body?.cancel();
  return response.status;
}

/** Opens so many connections over each transport. */
function openAll(url: string, count: number): Promise<StockClient[]> {
  const all = Array.from({ length: count }, () => clientTransports).flat();
  return Promise.all(all.map((transport) => StockClient.open(url, [transport])));
}

async function echoes(client: StockClient, message: string): Promise<void> {
  client.send(message);
  assertEquals(await client.receive(1), [message]);
}
