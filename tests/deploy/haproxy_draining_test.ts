/**
 * Tests that a session stays on a process that drains, that new clients go elsewhere, and that no
 * cookie of a client keeps it out.
 */

import { assertEquals, assertNotEquals } from "@std/assert";
import type { HostName } from "../support/hosts.ts";
import { until } from "../support/until.ts";
import { behind, hosts } from "./behind.ts";
import { Proxy } from "./proxy.ts";
import { Site } from "./site.ts";

const names = ["one", "two"];

for (const host of hosts) outlivesADrain("by_url.cfg", host);
outlivesADrain("by_jsessionid.cfg", "deno");
outlivesADrain("by_cookie.cfg", "deno");

for (const affinity of ["by_jsessionid.cfg", "by_cookie.cfg"]) {
  behind("haproxy", "deno", `with ${affinity}, foreign cookies do no harm`, async () => {
    await using site = await Site.start(["deno", "deno"], ["--jsessionid"]);
    await using proxy = await Proxy.haproxy(affinity, site.ports);
    for (const name of ["SRV", "JSESSIONID", "theme"]) {
      for (const value of ["", "one", "one~", "one~two~x", "none", "~", "x".repeat(6000)]) {
        const id = await opens(new CookieClient(`${proxy.address}/smoke`, [[name, value]]));
        assertNotEquals(await site.indexOf(id), -1, `${name}=${value}`);
      }
    }
    assertEquals(await proxy.serverErrors(), 0);
  });
}

function outlivesADrain(affinity: string, host: HostName): void {
  behind("haproxy", host, `with ${affinity}, a session outlives the start of a drain`, async () => {
    await using site = await Site.start([host, host], ["--jsessionid", "--drain", "60000"]);
    // The service of this test has another prefix.
    const edit = (text: string) => text.replaceAll("/echo/", "/smoke/");
    await using proxy = await Proxy.haproxy(affinity, site.ports, edit);
    await outlives(affinity, site, proxy);
  });
}

async function outlives(affinity: string, site: Site, proxy: Proxy): Promise<void> {
  const client = new CookieClient(`${proxy.address}/smoke`);
  const id = await opens(client);
  const session = `/000/${id}`;
  const leaving = await site.indexOf(id);
  Deno.kill(site.processes[leaving]!.pid, "SIGTERM");

  // At once, and when HAProxy has noticed.
  for (const state of ["UP", "DOWN"]) {
    if (state === "DOWN") {
      await until(async () => await proxy.statistic("sockjs", names[leaving]!, "status") === state);
    }
    assertEquals((await client.post(`${session}/xhr_send`, '["hello"]'))[0], 204, state);
    assertEquals(await client.post(`${session}/xhr`), [200, 'a["hello"]\n'], state);
    assertEquals((await new CookieClient(`${proxy.address}/smoke`).get("/info"))[0], 200, state);
  }

  const newcomer = new CookieClient(`${proxy.address}/smoke`);
  assertNotEquals(await site.indexOf(await opens(newcomer)), leaving);

  // The first client connects once more. Nothing but a session renews the cookie of the server.
  const stays = affinity === "by_jsessionid.cfg";
  assertEquals(await site.indexOf(await opens(client)) === leaving, stays);

  await site.processes[leaving]!.kill();
  await opens(client);
  assertEquals(await proxy.serverErrors(), 0);
}

/** Opens a session, sends and receives; gives the session's id. */
async function opens(client: CookieClient): Promise<string> {
  const id = crypto.randomUUID();
  const session = `/000/${id}`;
  assertEquals((await client.get("/info"))[0], 200);
  assertEquals(await client.post(`${session}/xhr`), [200, "o\n"]);
  assertEquals((await client.post(`${session}/xhr_send`, '["hello"]'))[0], 204);
  assertEquals(await client.post(`${session}/xhr`), [200, 'a["hello"]\n']);
  return id;
}

/** Keeps cookies, as a browser does. */
class CookieClient {
  readonly #cookies: Map<string, string>;
  readonly #service: string;

  constructor(service: string, cookies: Iterable<[name: string, value: string]> = []) {
    this.#service = service;
    this.#cookies = new Map(cookies);
  }

  get(path: string): Promise<[status: number, body: string]> {
    return this.#request(path, { method: "GET" });
  }

  post(path: string, body = ""): Promise<[status: number, body: string]> {
    return this.#request(path, { method: "POST", body });
  }

  async #request(path: string, init: RequestInit): Promise<[status: number, body: string]> {
    const cookie = this.#cookies.entries().map(([name, value]) => `${name}=${value}`);
    const headers = { Cookie: [...cookie].join("; ") };
    const response = await fetch(this.#service + path, { ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      this.#cookies.set(name, value);
    }
    return [response.status, await response.text()];
  }
}
