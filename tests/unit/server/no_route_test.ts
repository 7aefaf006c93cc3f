import { assertEquals } from "@std/assert";
import { readOptions } from "../../../src/options/settings.ts";
import type { Service } from "../../../src/routing/call.ts";
import { logNoRoute } from "../../../src/server/no_route.ts";
import { ServerLog } from "../../../src/session/server_log.ts";
import { SessionStore } from "../../../src/session/session_store.ts";

/** What the log tells of a path under `/echo`, behind the reason. */
function told(path: string): string {
  const lines: string[] = [];
  const settings = readOptions({ transports: ["xhr-polling"], origins: ["http://page"] });
  const sessions = new SessionStore(settings);
  sessions.log = new ServerLog((_severity, line) => lines.push(line));
  const url = `/echo${path}`;
  logNoRoute({ settings, sessions } as Service, url, 0, "/echo".length, url.length);
  return lines.join().replace(/^Refused with 404: [^:]+: /, "");
}

Deno.test("a path shows no session id, wherever it ends", () => {
  assertEquals(told("/000/secret/nothing"), '"/echo/000/<session>/nothing"');
  assertEquals(told("/000/secret/"), '"/echo/000/<session>/"');
  assertEquals(told("/000/secret"), '"/echo/000/<session>"');
  assertEquals(told("/000/secret/a/b/c"), '"/echo/000/<session>/a/b"');
  assertEquals(told("/nothing"), '"/echo/nothing"');
});

Deno.test("a transport that is off is named, by each of its paths", () => {
  assertEquals(told("/000/id/websocket"), "the transport websocket");
  assertEquals(told("/000/id/websocket/"), "the transport websocket");
  assertEquals(told("/websocket"), "the transport websocket-raw");
  assertEquals(told("/000/id/jsonp_send"), "the transport jsonp-polling");
  assertEquals(told("/000/id/eventsource"), "the transport eventsource");
  assertEquals(told("/iframe.html"), "the iframe page");
});

Deno.test("names of JavaScript's objects are no transports", () => {
  for (const name of ["toString", "__proto__", "constructor"]) {
    assertEquals(told(`/000/id/${name}`), `"/echo/000/<session>/${name}"`);
    assertEquals(told(`/${name}`), `"/echo/${name}"`);
  }
});
