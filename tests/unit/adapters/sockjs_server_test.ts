/** A server is what adapters ask for, by its public members alone. */

import { assertEquals } from "@std/assert";
import { Server, type ServerOptions } from "../../../mod.ts";
import type { SockJSServer } from "../../../src/adapters/sockjs_server.ts";

/** The public members of `Server` that adapters use. */
type Used = Pick<Server, keyof SockJSServer>;

Deno.test("any object with those public members of Server serves adapters", async () => {
  const options: ServerOptions = { prefix: "/echo" };
  const server: Used = new Server(options);
  const copy: SockJSServer = {
    matches: (url) => server.matches(url),
    upgrades: (url) => server.upgrades(url),
    handle: (request, info) => server.handle(request, info),
    warnOnce: (message) => server.warnOnce(message),
  };
  assertEquals([copy.matches("http://a/echo"), copy.matches("http://a/other")], [true, false]);
  assertEquals(copy.upgrades("http://a/echo/websocket"), true);
  assertEquals((await copy.handle(new Request("http://a/echo"))).status, 200);
});
