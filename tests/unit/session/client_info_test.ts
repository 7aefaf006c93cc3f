import { assertEquals } from "@std/assert";
import { ClientInfo } from "../../../src/session/client_info.ts";

const shown = {
  "referer": "http://page.example/",
  "origin": "http://page.example",
  "x-client-ip": "10.0.0.1",
  "x-forwarded-for": "10.0.0.2",
  "x-forwarded-host": "a.example",
  "x-forwarded-port": "443",
  "x-forwarded-proto": "https",
  "x-cluster-client-ip": "10.0.0.3",
  "via": "1.1 proxy",
  "x-real-ip": "10.0.0.4",
  "x-ssl": "1",
  "dnt": "1",
  "host": "b.example",
  "user-agent": "test",
  "accept-language": "de",
};

const hidden = {
  "cookie": "JSESSIONID=secret",
  "authorization": "Basic c2VjcmV0",
  "proxy-authorization": "Basic c2VjcmV0",
  "content-type": "text/plain",
  "x-custom": "1",
};

function clientInfo(url: string, headers: HeadersInit = {}): ClientInfo {
  return new ClientInfo("xhr-polling", url, "/echo".length, new Headers(headers), {});
}

Deno.test("exactly the headers that applications may rely on are shown", () => {
  assertEquals(clientInfo("/", { ...hidden, ...shown }).headers, shown);
});

Deno.test("headers that were not sent are not there, empty ones are", () => {
  const { headers } = clientInfo("/", { "Referer": "" });
  assertEquals(headers, { referer: "" });
  assertEquals("origin" in headers, false);
});

Deno.test("the headers are the same object each time", () => {
  const one = clientInfo("/", { host: "a" });
  assertEquals(one.headers === one.headers, true);
});

Deno.test("the pathname is the URL without its query", () => {
  assertEquals(clientInfo("/echo/a/b/xhr?t=1?2").pathname, "/echo/a/b/xhr");
  assertEquals(clientInfo("/echo/a/b/xhr").pathname, "/echo/a/b/xhr");
  assertEquals(clientInfo("/?").pathname, "/");
});
