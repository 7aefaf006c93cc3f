/** Tests of what single lines of HAProxy's configuration are for: without them, something is missing. */

import { assert, assertEquals } from "@std/assert";
import { StockClient } from "../support/stock_client.ts";
import { behind, clientTransports, hosts } from "./behind.ts";
import type { Edit } from "./example_files.ts";
import { Proxy } from "./proxy.ts";
import { RawSession } from "./raw_session.ts";
import { Site } from "./site.ts";

/** The same files without a line. */
function without(line: string): Edit {
  return (text) => text.replaceAll(line, "");
}

for (const host of hosts) {
  behind("haproxy", host, "a poll that is gone ends its session", async () => {
    const site = await Site.pair(host);
    await using proxy = await Proxy.haproxy("by_url.cfg", site.ports);
    // Heartbeats, which come every 25 s, cannot be what reveals it.
    const session = await new RawSession(`${proxy.address}/command`).open();
    await session.leave();
    assertEquals((await site.closed(session.id))?.code, 1002);
  });
}

behind("haproxy", "deno", "without abortonclose, sessions stay whose polls are gone", async () => {
  const site = await Site.pair("deno");
  await using proxy = await Proxy.haproxy(
    "by_url.cfg",
    site.ports,
    without("option abortonclose"),
  );
  const sessions = Array.from({ length: 10 }, () => new RawSession(`${proxy.address}/command`));
  for (const session of sessions) {
    await session.open();
    await session.leave();
  }
  // Requests that came after them have been served by now.
  await new RawSession(`${proxy.address}/command`).open();
  const [first = 0, second = 0] = await site.connections("/command");
  assertEquals(first + second, sessions.length + 1);
});

behind("haproxy", "deno", "without http-no-delay, messages come in bursts", async () => {
  const site = await Site.pair("deno");
  const arrivals = async (edit?: Edit) => {
    await using proxy = await Proxy.haproxy("by_url.cfg", site.ports, edit);
    return await pieces(new RawSession(`${proxy.address}/smoke`), 20);
  };
  const withIt = await arrivals();
  const withoutIt = await arrivals(without("option http-no-delay"));
  assert(withoutIt < withIt, `${withoutIt} pieces without it, ${withIt} with it`);
});

/** In how many pieces a stream's connection brings messages that are sent one after another. */
async function pieces(session: RawSession, count: number): Promise<number> {
  const { hostname, port, pathname } = new URL(session.url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const head = `POST ${pathname}/xhr_streaming HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`;
  await connection.write(new TextEncoder().encode(head));
  const buffer = new Uint8Array(65536);
  let text = "";
  const read = async () => {
    const length = await connection.read(buffer) ?? 0;
    text += new TextDecoder().decode(buffer.subarray(0, length));
  };
  while (!text.includes("\no\n")) await read();
  let pieces = 0;
  const reading = (async () => {
    while ((text.match(/hello/g)?.length ?? 0) < count) {
      await read();
      pieces++;
    }
  })();
  for (let i = 0; i < count; i++) assertEquals(await session.send("hello"), 204);
  await reading;
  return pieces;
}

behind("haproxy", "deno", "without affinity, sessions over HTTP are lost", async () => {
  const site = await Site.pair("deno");
  await using proxy = await Proxy.haproxy("by_url.cfg", site.ports, (text) =>
    text
      .replace(/balance uri.*/, "balance roundrobin")
      .replace(/hash-type.*/, "")
      .replace(/stick on.*/, ""));

  // Of sends that take turns, half do not find the session.
  const session = new RawSession(`${proxy.address}/smoke`);
  const stream = await session.stream();
  const statuses = [await session.send("a"), await session.send("b")];
  assertEquals(statuses.toSorted(), [204, 404]);
  await stream.cancel();

  for (const name of clientTransports) {
    const client = await StockClient.open(`${proxy.address}/smoke`, [name]).catch(() => undefined);
    // Its first two polls have been to two processes.
    if (client === undefined) continue;
    for (let i = 0; i < 10; i++) client.send(`${i}`);
    if (name === "websocket") {
      assertEquals((await client.receive(10)).length, 10);
      client.close();
    }
    assertEquals((await client.closed()).code, name === "websocket" ? 1000 : 1006, name);
  }
});
