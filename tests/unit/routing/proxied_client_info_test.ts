import { assertEquals } from "@std/assert";
import type { TrustHop } from "../../../src/http/forwarded.ts";
import { trustOf } from "../../../src/options/trust_proxy.ts";
import { ProxiedClientInfo, type Proxies } from "../../../src/routing/proxied_client_info.ts";
import { type Endpoints, unixSocket } from "../../../src/runtimes/runtime.ts";

const proxy: Endpoints = { remote: { address: "10.0.0.1", port: 5 } };

interface Given {
  headers?: HeadersInit;
  endpoints?: Endpoints;
  trust?: TrustHop | undefined;
  header?: Proxies["header"];
}

function clientInfo(
  { headers = {}, endpoints = proxy, trust = trustOf(["10.0.0.0/8"]), header = "x-forwarded-for" }:
    Given,
): ProxiedClientInfo {
  const proxies = { trust: trust!, header };
  return new ProxiedClientInfo("xhr-polling", "/", 0, new Headers(headers), endpoints, proxies);
}

const both = { "X-Forwarded-For": "192.0.2.1", Forwarded: 'for="192.0.2.2:80"' };

Deno.test("exactly one header counts", () => {
  assertEquals(clientInfo({ headers: both }).remote, { address: "192.0.2.1", port: undefined });
  assertEquals(clientInfo({ headers: both, header: "forwarded" }).remote, {
    address: "192.0.2.2",
    port: 80,
  });
  assertEquals(clientInfo({ headers: { Forwarded: both.Forwarded } }).remote, proxy.remote);
  const { "X-Forwarded-For": other } = both;
  const headers = { "X-Forwarded-For": other };
  assertEquals(clientInfo({ headers, header: "forwarded" }).remote, proxy.remote);
});

Deno.test("several lines of the header are one list", () => {
  const headers: [string, string][] = [["X-Forwarded-For", "6.6.6.6"], [
    "x-forwarded-for",
    "192.0.2.1",
  ]];
  assertEquals(clientInfo({ headers }).remote?.address, "192.0.2.1");
});

Deno.test("without a header, and from an untrusted end, the address is the runtime's", () => {
  assertEquals(clientInfo({}).remote, proxy.remote);
  const endpoints = { remote: { address: "::ffff:9.9.9.9", port: 1 } };
  assertEquals(clientInfo({ headers: both, endpoints }).remote, endpoints.remote);
});

Deno.test("the other end of a unix socket counts as 127.0.0.1", () => {
  const given = { headers: both, endpoints: unixSocket };
  assertEquals(clientInfo({ ...given, trust: trustOf(["loopback"]) }).remote?.address, "192.0.2.1");
  assertEquals(clientInfo({ ...given, trust: trustOf(["10.0.0.0/8"]) }).remote, undefined);
  assertEquals(clientInfo({ endpoints: unixSocket, trust: trustOf(1) }).remote, undefined);
});

Deno.test("an end that is not known is trusted only by number", () => {
  const given = { headers: both, endpoints: {} };
  assertEquals(clientInfo({ ...given, trust: trustOf(["loopback"]) }).remote, undefined);
  assertEquals(clientInfo({ ...given, trust: trustOf(1) }).remote?.address, "192.0.2.1");
});

Deno.test("a zone of the other end's address does not count", () => {
  const endpoints = { remote: { address: "fe80::1%eth0", port: 1 } };
  const trust = trustOf(["linklocal"]);
  assertEquals(clientInfo({ headers: both, endpoints, trust }).remote?.address, "192.0.2.1");
});

Deno.test("nothing is decided until the address is read, and then once", () => {
  let count = 0;
  const trust = () => ++count > 0 && false;
  const client = clientInfo({ headers: both, trust });
  void client.headers;
  assertEquals(count, 0);
  assertEquals(client.remote, client.remote);
  assertEquals(count, 1);
});

Deno.test("the address is found although the request's headers are gone", () => {
  for (const header of ["x-forwarded-for", "forwarded"] as const) {
    const headers = new Headers(both);
    const proxies = { trust: trustOf(1)!, header };
    const client = new ProxiedClientInfo("websocket", "/", 0, headers, proxy, proxies);
    const shown = client.headers;
    assertEquals(shown, { "x-forwarded-for": "192.0.2.1" });
    headers.delete("X-Forwarded-For");
    headers.delete("Forwarded");
    const expected = header === "forwarded" ? "192.0.2.2" : "192.0.2.1";
    assertEquals(client.remote?.address, expected, header);
  }
});
