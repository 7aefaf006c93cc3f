/**
 * Requests that reach a session through each adapter of another process.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import type { HttpSession } from "../support/http_session.ts";
import { flags, frame, headers, Http2Connection, types, uint32 } from "../support/raw_http2.ts";
import { receivingTransports, xhr, xhrStreaming } from "../support/receiving_transports.ts";
import { until } from "../support/until.ts";
import { carriedReceiver, recordOf, SessionProcesses } from "./session_processes.ts";

const processes = await SessionProcesses.start();

/** A client that has broken off is told once, by any process. */
async function isInterrupted(session: HttpSession): Promise<void> {
  let told = "";
  await until(async () => {
    told = await (await session.ask(xhr)).only();
    return !told.startsWith("c[2010");
  });
  assertEquals(told, 'c[1002,"Connection interrupted"]');
  assertEquals((await session.sendRaw("[]")).status, 404);
}

processes.each("each adapter carries each transport", async (owner, carrier) => {
  const { "node:http2": _, ...adapters } = await processes.adaptersOf(carrier);
  for (const adapter of Object.values(adapters)) {
    await Promise.all(receivingTransports.map(async (transport) => {
      const [home, away] = processes.sessions("/echo", owner, adapter) as [
        HttpSession,
        HttpSession,
      ];
      assertEquals(await (await home.ask(xhr)).only(), "o");
      let receiving = await carriedReceiver(away, transport);
      await away.send("hello", "%</script>");
      assertEquals(await receiving.frame(), 'a["hello","%</script>"]');
      if (transport.prelude === undefined) receiving = await carriedReceiver(away, transport);
      receiving.abort();
      await isInterrupted(home);
    }));
  }
});

processes.each("what each adapter has is carried by others", async (owner, carrier) => {
  for (const [name, adapter] of Object.entries(await processes.adaptersOf(owner))) {
    if (name === "node:http2") continue;
    const [home, away] = processes.sessions("/echo", adapter, carrier) as [
      HttpSession,
      HttpSession,
    ];
    await home.open(xhr);
    const receiving = await carriedReceiver(away, xhrStreaming);
    await away.send("hello");
    assertEquals(await receiving.frame(), 'a["hello"]');
    const { url } = await recordOf(owner, home.id);
    assertEquals(url, `${away.base}/xhr_streaming`);
    if (name === "sockjs-node") {
      // Node's own objects are in the process that has the request.
      assertEquals((await owner.get(`/old-receiver?id=${home.id}`)).body, "null");
    }
    receiving.abort();
    await isInterrupted(away);
  }
});

processes.each(
  "requests of HTTP/2 are carried, and end when they are reset",
  async (...servers) => {
    const [owner, carrier] = servers;
    const { "node:http2": adapter } = await processes.adaptersOf(carrier);
    const [home] = processes.sessions("/echo", owner) as [HttpSession];
    assertEquals(await (await home.ask(xhr)).only(), "o");
    using connection = await Http2Connection.open(adapter!.port, false);
    const begin = (stream: number, path: string, body?: string) => {
      const fields = [
        [":method", "POST"],
        [":scheme", "http"],
        [":authority", "localhost"],
        [":path", `${home.base}/${path}`],
      ] as const;
      const data = new TextEncoder().encode(body);
      const head = headers(stream, fields, body === undefined);
      return body === undefined
        ? connection.write(head)
        : connection.write(head, frame(types.data, flags.endStream, stream, data));
    };
    await begin(1, "xhr_streaming");
    await begin(3, "xhr_send", '["hello"]');
    await until(() => connection.stateOf(1).text.endsWith('a["hello"]\n'));
    await until(() => connection.stateOf(3).status === 204);
    await connection.write(frame(types.reset, 0, 1, uint32(8)));
    await isInterrupted(home);
  },
);

Deno.test.afterAll(() => processes[Symbol.asyncDispose]());
