import { assertEquals } from "@std/assert";
import type { ServerOptions } from "../../../src/options/server_options.ts";
import { serve } from "../../support/polling_client.ts";

/** What `info` answers to requests with these header fields. */
async function statuses(origins: ServerOptions["origins"], ...all: Record<string, string>[]) {
  const { server, log } = serve({ origins });
  const got: number[] = [];
  for (const headers of all) {
    got.push((await server.handle(new Request("http://host/echo/info", { headers }))).status);
  }
  return { got, log };
}

const from = (Origin: string) => ({ Origin });

Deno.test("a list allows what is in it, letter by letter", async () => {
  const { got } = await statuses(
    ["https://a.example", "null"],
    ...["https://a.example", "null", "https://A.example", "https://a.example:443", "https://b"].map(
      from,
    ),
  );
  assertEquals(got, [200, 200, 403, 403, 403]);
});

Deno.test("an empty list allows no page", async () => {
  const { got } = await statuses([], from("https://a.example"), {});
  assertEquals(got, [403, 200]);
});

Deno.test("a pattern has to match the whole origin, and each time anew", async () => {
  for (const flags of ["", "g", "y", "gy", "m"]) {
    const origins = new RegExp("https://(a|a.b)[.]example", flags);
    const good = from("https://a.b.example");
    const { got } = await statuses(origins, good, good, from("https://a.example.evil"), good);
    assertEquals(got, [200, 200, 403, 200], flags);
  }
});

Deno.test("a pattern is checked whatever it was used for before, and is left as it was", async () => {
  const origins = /null/g;
  for (const lastIndex of [0, 4]) {
    origins.lastIndex = lastIndex;
    assertEquals((await statuses(origins, from("null"))).got, [200]);
    assertEquals(origins.lastIndex, lastIndex);
  }
});

Deno.test("requests without an origin pass unless the browser says that they cross sites", async () => {
  const sites = ["same-origin", "same-site", "none", "cross-site"];
  const { got } = await statuses(
    ["https://a"],
    {},
    ...sites.map((it) => ({ "Sec-Fetch-Site": it })),
  );
  assertEquals(got, [200, 200, 200, 200, 403]);
  const open = await statuses("*", { "Sec-Fetch-Site": "cross-site" }, from("https://any"));
  assertEquals(open.got, [200, 200]);
});

Deno.test("a function is asked about each origin; what it throws or gives else is a refusal", async () => {
  const asked: string[] = [];
  const { got } = await statuses(
    (origin) => asked.push(origin) === 1,
    from("https://a"),
    {},
    from("https://b"),
  );
  assertEquals([got, asked], [[200, 200, 403], ["https://a", "https://b"]]);
  for (
    const bad of [() => "yes", () => Promise.resolve(true), () => {
      throw new Error("x");
    }]
  ) {
    const { got, log } = await statuses(bad as never, from("https://a"));
    assertEquals([got, log.length], [[403], 1]);
  }
});

Deno.test("a refusal has no CORS headers, and is not kept", async () => {
  const { server } = serve({ origins: [] });
  const headers = from("https://a");
  const { headers: got } = await server.handle(new Request("http://host/echo/info", { headers }));
  assertEquals([got.get("Access-Control-Allow-Origin"), got.get("Vary")], [null, null]);
  assertEquals(got.get("Cache-Control")?.startsWith("no-store"), true);
});
