/** Tests of heartbeats, with sockjs-node as the control. */

import { assertEquals } from "@std/assert";
import { once } from "node:events";
import { WebSocket } from "ws";
import { packages, PackageSite } from "./both_packages.ts";

/** Opens a websocket with `ws`, which shows pings. */
async function connect(site: PackageSite, path: string) {
  const socket = new WebSocket((await site.url(path)).replace("http", "ws"));
  const received: string[] = [];
  let wake = () => {};
  const note = (what: string) => {
    received.push(what);
    wake();
  };
  socket.on("message", (data: { toString(): string }) => note(data.toString()));
  socket.on("ping", () => note("ping"));
  await once(socket, "open");
  return {
    socket,
    received,
    async until(count: number): Promise<void> {
      while (received.length < count) await new Promise<void>((resolve) => wake = resolve);
    },
  };
}

const names = Object.keys(packages) as (keyof typeof packages)[];

for (const name of names) {
  Deno.test({
    name: `${name}: a heartbeat is a ping on a websocket, nothing on a raw one, and h on a stream`,
    // Sessions outlive their test by the disconnect delay.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await using site = new PackageSite(name);
      site.serve({ heartbeat_delay: 20, response_limit: 6 });
      const raw = await connect(site, "/echo/websocket");
      const framed = await connect(site, `/echo${site.session}/websocket`);
      await framed.until(4);
      assertEquals(framed.received.slice(0, 4), ["o", "ping", "ping", "ping"]);
      // What comes next is the answer to this, behind any heartbeat.
      raw.socket.send("hello");
      await raw.until(1);
      assertEquals(raw.received, ["hello"]);
      for (const { socket } of [raw, framed]) socket.terminate();
      await site.post("xhr");
      assertEquals(await site.post("xhr"), "200 h");
    },
  });
}
