/** Tests of services over TLS, with HTTP/1.1. */

import { assertEquals } from "@std/assert";
import { HttpConnection } from "../support/raw_http.ts";
import { handshake, RawWebSocket } from "../support/raw_websocket.ts";
import { Programs } from "./on_each_runtime.ts";
import type { Program } from "./program.ts";
import { Tunnel } from "../support/tunnel.ts";

const tls = new Programs("tls.ts");

/** A way for HTTP/1.1 without TLS to a server with it. */
async function connect(it: Program, server: string): Promise<() => Promise<HttpConnection>> {
  const tunnel = it.closing(Tunnel.tls(await it.port(server)));
  return async () => it.closing(await HttpConnection.open(tunnel.port));
}

for (const server of ["https", "http2"]) {
  tls.test(`${server}: websockets open over HTTP/1.1, raw ones too`, async (it) => {
    const open = await connect(it, server);
    const socket = await RawWebSocket.open(await open(), "/echo/0/1/websocket");
    assertEquals(await socket.message(), "o");
    await socket.sendText('["hello"]');
    assertEquals(await socket.message(), 'a["hello"]');
    const raw = await RawWebSocket.open(await open(), "/echo/websocket");
    await raw.sendText("x".repeat(100_000));
    assertEquals((await raw.message()).length, 100_000);
    await raw.sendText("who");
    const who = JSON.parse(await raw.message());
    assertEquals([who.protocol, who.isKnown], ["websocket-raw", [true, true]]);
    raw.abort();
    assertEquals(await it.ask("closed", "/echo/websocket"), 1006);
  });

  tls.test(`${server}: streams and polls work over HTTP/1.1`, async (it) => {
    const open = await connect(it, server);
    const [stream, sender] = [await open(), await open()];
    const base = `/echo/${server}/streaming-${server}`;
    await stream.send({ method: "POST", path: `${base}/xhr_streaming` });
    await stream.head();
    assertEquals([(await stream.chunk())?.length, await stream.chunk()], [2049, "o\n"]);
    const send = { method: "POST", path: `${base}/xhr_send`, body: '["hello"]' };
    assertEquals((await sender.exchange(send)).status, 204);
    assertEquals(await stream.chunk(), 'a["hello"]\n');
    stream.close();
    assertEquals(await it.ask("closed", `${base}/xhr_streaming`), 1002);
    const poll = { method: "POST", path: `/echo/0/polling-${server}/xhr` };
    assertEquals((await sender.exchange(poll)).body, "o\n");
  });

  tls.test(`${server}: what is outside the prefix is the application's`, async (it) => {
    const connection = await (await connect(it, server))();
    const request = { method: "POST", path: "/x?y", body: "body" };
    assertEquals((await connection.exchange(request)).body, "application 1.1 POST /x?y body");
  });
}

for (const server of ["https", "http2", "handing"]) {
  tls.test(`${server}: an upgrade that is refused over TLS gets a response`, async (it) => {
    const open = await connect(it, server);
    const result = async (path: string) => {
      const { status, body } = await (await open()).exchange({ path, headers: { ...handshake } });
      return [status, body];
    };
    assertEquals(await result("/echo"), [200, "Welcome to SockJS!\n"]);
    assertEquals(await result("/x"), [200, "application 1.1 GET /x "]);
    assertEquals(await result("/echo/unknown"), [404, "Not found"]);
  });
}

tls.test("the URL of a request says https", async (it) => {
  const connection = await (await connect(it, "https"))();
  const request = { method: "POST", path: "/cookie/0/2/xhr?q", headers: { Host: "a:1" } };
  const response = await connection.exchange(request);
  assertEquals(response.header("set-cookie"), "JSESSIONID=https:");
  assertEquals(await it.ask("urls"), ["https://a:1/cookie/0/2/xhr?q"]);
});
