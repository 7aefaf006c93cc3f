/** Tests of a service on a unix socket, as a proxy on the same machine would use it. */

import { assert, assertEquals } from "@std/assert";
import { responseTo } from "../support/first_answer.ts";
import { receivingTransports } from "../support/receiving_transports.ts";
import { TestServer } from "../support/test_server.ts";
import { type HostName, hostNames, presentHosts, startServer } from "../support/hosts.ts";

const script = new URL("../support/unix_socket.ts", import.meta.url);

/** Values of `Host` that say where a path begins, or are none. */
const misleading = [
  "x/echo/000/ID/xhr_send?",
  "x/echo?",
  "x?",
  "x#",
  "x y",
  "http+unix://x",
  "%2Fetc%2Fpasswd/echo",
];

async function serves(host: HostName): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await using process = await startServer(host, script, ["--path", `${folder}/echo.sock`]);
    using server = new TestServer(host, process);

    // Over every transport, for connections without addresses.
    for (const transport of receivingTransports) {
      const session = server.http("/echo");
      const first = await session.open(transport);
      const next = transport.prelude === undefined ? await session.ask(transport) : first;
      await session.send("hello");
      assertEquals(await next.frame(), 'a["hello"]', transport.name);
      const last = transport.prelude === undefined ? await session.ask(transport) : first;
      await session.send("ends");
      assertEquals(await last.frame(), 'a["{}"]', transport.name);
    }
    const socket = await server.websocketSession("/echo");
    for (const [message, echoed] of [["hello", "hello"], ["ends", "{}"]] as const) {
      await socket.sendText(JSON.stringify(message));
      assertEquals(await socket.message(), `a${JSON.stringify([echoed])}`);
    }
    const raw = await server.websocket("/echo/websocket");
    await raw.sendText("hello", "ends");
    assertEquals([await raw.message(), await raw.message()], ["hello", "{}"]);

    // From a trusted proxy, which counts as 127.0.0.1, and without its header.
    const forwarded = { "X-Forwarded-For": "6.6.6.6, 192.0.2.7:80" };
    for (const [headers, who] of [[forwarded, '["192.0.2.7",80]'], [{}, "[null,null]"]] as const) {
      const expected = `a${JSON.stringify([who])}`;
      for (const transport of receivingTransports) {
        const session = server.http("/proxied");
        const first = await session.open(transport, headers);
        await session.send("who");
        const next = transport.prelude === undefined ? await session.ask(transport) : first;
        assertEquals(await next.frame(), expected, transport.name);
      }
      const raw = await server.websocket("/proxied/websocket", headers);
      await raw.sendText("who");
      assertEquals(await raw.message(), who);
    }

    // Whatever the request says of its host, or if it says nothing.
    const noHost = ["HTTP/1.0\r\n", "HTTP/1.1\r\nHost:\r\n", "HTTP/1.0\r\nHost:\r\n"];
    // Which @hono/node-server answers by itself, with a 400.
    if (host === "node-hono") noHost.length = 0;
    for (const rest of [...noHost, "HTTP/1.1\r\nHost: example.com:8080\r\n"]) {
      const response = await responseTo(server, `GET /echo ${rest}Connection: close\r\n\r\n`);
      assertEquals([response?.status, response?.body], [200, "Welcome to SockJS!\n"], rest);
    }
    const session = await server.xhr("/echo").open();
    for (const host of misleading) {
      const value = host.replace("ID", session.id);
      const head = `POST /admin HTTP/1.1\r\nHost: ${value}\r\nContent-Length: 5\r\n`;
      const status = (await responseTo(server, `${head}Connection: close\r\n\r\n["x"]`))?.status ??
        400;
      assert([400, 404].includes(status), `${host}: ${status}`);
    }
    await session.send("after");
    assertEquals(await session.poll(), 'a["after"]\n');
    assertEquals(process.stderr, "");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const host of hostNames) {
  Deno.test({
    name:
      `${host} serves on a unix socket over every transport, with no address but that of a proxy's client`,
    ignore: !presentHosts.has(host) || Deno.build.os === "windows",
    fn: () => serves(host),
  });
}
