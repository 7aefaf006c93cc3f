import { assert, assertEquals } from "@std/assert";
import { lazyHeaders } from "../../../../src/runtimes/node/request_headers.ts";
import { FakeIncoming } from "./fake_messages.ts";

/** The headers of a request with these fields, names and values in turn. */
function headersOf(...fields: string[]): Headers {
  return lazyHeaders(new FakeIncoming({ fields }));
}

Deno.test("a header is found by its name in any case", () => {
  const headers = headersOf("X-Name", "value");
  for (const name of ["x-name", "X-NAME", "X-Name"]) {
    assertEquals([headers.get(name), headers.has(name)], ["value", true]);
  }
});

Deno.test("a header that is absent is null, and an empty one empty", () => {
  const headers = headersOf("X-Empty", "");
  assertEquals([headers.get("x-other"), headers.has("x-other")], [null, false]);
  assertEquals([headers.get("x-empty"), headers.has("x-empty")], ["", true]);
});

Deno.test("a header that came several times is one list", () => {
  const headers = headersOf(
    "X-A",
    "1",
    "X-B",
    "2",
    "x-a",
    "3",
    "Set-Cookie",
    "a",
    "Set-Cookie",
    "b",
  );
  assertEquals([headers.get("X-A"), headers.get("Set-Cookie")], ["1, 3", "a, b"]);
  assertEquals(headers.getSetCookie(), ["a", "b"]);
});

Deno.test("headers are listed by names in lower case, in the order of the names", () => {
  const headers = headersOf("X-B", "1", "Accept", "2", "X-A", "3");
  const expected = [["accept", "2"], ["x-a", "3"], ["x-b", "1"]];
  assertEquals([...headers], expected);
  assertEquals([...headers.entries()], expected);
  assertEquals([...headers.keys()], expected.map(([name]) => name));
  assertEquals([...headers.values()], expected.map(([, value]) => value));
  const seen: unknown[] = [];
  headers.forEach((value, name, all) => seen.push([name, value, all.get(name)]));
  assertEquals(seen, expected.map(([name, value]) => [name, value, value]));
});

Deno.test("what was changed is found from then on", () => {
  const headers = headersOf("X-A", "1", "X-B", "2", "X-C", "3");
  headers.set("x-a", "changed");
  headers.append("X-B", "added");
  headers.delete("x-c");
  headers.set("x-d", "new");
  assertEquals(
    ["X-A", "X-B", "X-C", "X-D"].map((name) => headers.get(name)),
    ["changed", "2, added", null, "new"],
  );
  assertEquals([headers.has("x-c"), headers.has("x-d")], [false, true]);
  assertEquals([...headers.keys()], ["x-a", "x-b", "x-d"]);
});

Deno.test("they are Headers, and can be copied", () => {
  const headers = headersOf("X-A", "1");
  assert(headers instanceof Headers);
  assertEquals([...new Headers([...headers])], [["x-a", "1"]]);
  assertEquals([...new Headers(headers)], [["x-a", "1"]]);
  assertEquals(Object.fromEntries(headers), { "x-a": "1" });
  assertEquals(String(headers), "[object Headers]");
});

Deno.test("of HTTP/2, the authority is the host, and other pseudo headers are not listed", () => {
  const fields = [":method", "GET", ":path", "/", ":authority", "example.org", "x-a", "1"];
  assertEquals(headersOf(...fields).get("Host"), "example.org");
  assertEquals([...headersOf(...fields)], [["host", "example.org"], ["x-a", "1"]]);
  assertEquals(headersOf("host", "its.own", ":authority", "other").get("Host"), "its.own");
});

Deno.test("Node prints the headers themselves", () => {
  const custom = Symbol.for("nodejs.util.inspect.custom");
  const headers = headersOf("X-A", "1") as unknown as Record<symbol, () => Headers>;
  assertEquals([...headers[custom]!()], [["x-a", "1"]]);
});

Deno.test("what all objects have is no header", () => {
  const headers = lazyHeaders(new FakeIncoming());
  assertEquals([headers.get("constructor"), headers.get("__proto__")], [null, null]);
});

Deno.test("what other code has put among the headers counts if it is a string or a list", () => {
  const incoming = new FakeIncoming({ fields: [] });
  Object.assign(incoming.headers, {
    via: { an: "object" },
    dnt: 1,
    host: null,
    referer: ["a", "b"],
  });
  const headers = lazyHeaders(incoming);
  const found = ["via", "dnt", "host", "referer"].map((name) => headers.get(name));
  assertEquals(found, [null, null, null, "a, b"]);
});
