import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { createServer } from "../../../../mod.ts";
import {
  lazyRequest,
  nodeMessages,
  realRequest,
  targetOf,
} from "../../../../src/runtimes/node/request.ts";
import { exchange, type FakeRequestInit, FakeSocket } from "./fake_messages.ts";

/** A request, and Node's own that it was made of. */
function make(init: FakeRequestInit = {}) {
  const messages = exchange(init);
  return { ...messages, request: lazyRequest(messages.req, messages.res) };
}

/** A request with a body that has arrived. */
function post(body: string, ...fields: string[]) {
  const made = make({ method: "POST", fields: ["Host", "host", ...fields] });
  made.req.arrive(body);
  made.req.finish();
  return made;
}

const urlOf = (init: FakeRequestInit) => make(init).request.url;

Deno.test("a URL has the scheme of the socket, the host of the request, and path and query as they came", () => {
  const url = "/a//b/%2e%2e/../c?d=%zz&e#f";
  assertEquals(urlOf({ url, fields: ["Host", "example.org"] }), `http://example.org${url}`);
  const socket = new FakeSocket();
  socket.encrypted = true;
  assertEquals(urlOf({ url, fields: ["Host", "a:8443"], socket }), `https://a:8443${url}`);
});

const hosts = ["localhost", "a.b-c.d", "127.0.0.1:80", "[::1]", "[2001:DB8::1]:8081", "a_b~c"];
Deno.test("names, addresses and ports are hosts", () => {
  for (const host of hosts) assertEquals(urlOf({ fields: ["Host", host] }), `http://${host}/`);
});

const noHosts = [
  "",
  "x/echo/info?",
  "a@b",
  "a:b@c",
  "a b",
  "a?",
  "a#b",
  "a\\b",
  "[::1",
  "a:99999",
  "é",
  "%2f",
];
Deno.test("a host that is missing, or could not stand in a URL, is localhost", () => {
  const expected = "http://localhost/x?y";
  for (const host of noHosts) {
    assertEquals(urlOf({ url: "/x?y", fields: ["Host", host] }), expected, host);
  }
  assertEquals(urlOf({ url: "/x?y" }), expected);
  const socket = new FakeSocket();
  socket.encrypted = true;
  assertEquals(urlOf({ url: "/x?y", socket }), "https://localhost/x?y");
});

Deno.test("a host is judged anew for each request", () => {
  for (const host of ["good", "bad/", "good", "bad/", "good:1"]) {
    const expected = host.startsWith("good") ? host : "localhost";
    assertEquals(urlOf({ fields: ["Host", host] }), `http://${expected}/`);
  }
});

Deno.test("a target that is a URL is taken as it came", () => {
  for (const url of ["http://other/echo/info?x", "https://a@b/c"]) {
    assertEquals(urlOf({ url, fields: ["Host", "host"] }), url);
  }
});

Deno.test("a target that is neither path nor URL is a path", () => {
  for (const url of ["*", "a:80", "echo/info", "http:/echo/info"]) {
    const init = { method: "OPTIONS", url, fields: ["Host", "host"] };
    assertEquals(urlOf(init), `http://host/${url}`);
  }
});

/** Targets in which URL parsers find no path, or another one than a search for the next slash. */
const ambiguous = [
  ...["http:///echo/info", "http:////echo/info", "ws:///a/echo/info", "x:y://z/echo/info"],
  ...["http://a\\b/echo/info", "http://\\a/echo/info", "http://[/echo/info", "://a/echo/info"],
  ...["http://a:99999/echo/info", "http://@/echo/info", "http://:80/echo/info"],
  ...["http://a%2fb/echo/info", "http://a^b/echo/info"],
];
Deno.test("a target that is no URL to all who read it is a path", () => {
  const server = createServer({ prefix: "/echo" });
  for (const url of ambiguous) {
    assertEquals(urlOf({ url, fields: ["Host", "host"] }), `http://host/${url}`);
    assertEquals(server.matches(targetOf({ url })), false, url);
  }
});

/** Some of which are the path `/echo/info` to those who look at them in another way. */
const targets = [
  "/echo/info",
  "/echo/info?x=://y/z",
  "//echo/info",
  "/x/../echo/info",
  "/x/%2e%2e/echo/info",
  "/x\\..\\echo\\info",
  "/x?/../echo/info",
  "/x#/../../echo/info",
  "echo/info",
  "xx/echo/info",
  "*/echo/info",
  "http:/echo/info",
  "x?y=://z/echo/info",
  "http://a/echo/info",
  "http://a/x/../echo/info",
  "ftp://a/x/echo/info",
  "http://a?/echo/info",
  "http://a:secret@b/echo/info",
  "",
  ...ambiguous,
];
Deno.test("whether a target is the server's is said alike of the target and of the requests made of it", async () => {
  for (const prefix of ["/echo", "", "/info", /.*\/echo/]) {
    const responses = new Response("fallback");
    const server = createServer({ prefix, fallback: () => responses });
    for (const url of targets) {
      const isOurs = server.matches(targetOf({ url }));
      for (const toRequest of [lazyRequest, realRequest]) {
        const { req } = make({ url, fields: ["Host", "host"] });
        const response = await server.handle(toRequest(req));
        assertEquals(response !== responses, isOurs, `${prefix} ${url} ${toRequest.name}`);
      }
    }
  }
});

Deno.test("a request for others has the URL as it came, and is resolved where it is fetched", () => {
  const { req } = make({ url: "/x/../y?z", fields: ["Host", "HOST:80"] });
  const request = realRequest(req);
  assertEquals(request.url, "http://HOST:80/x/../y?z");
  assertEquals(new Request(request).url, "http://host/y?z");
});

Deno.test("of HTTP/2, the authority is the host", () => {
  const fields = [":method", "GET", ":path", "/x", ":authority", "example.org:1"];
  const socket = new FakeSocket();
  socket.encrypted = true;
  assertEquals(urlOf({ url: "/x", fields, socket }), "https://example.org:1/x");
});

Deno.test("it is a Request, of that method and with these headers", () => {
  const { request } = make({ method: "PATCH", fields: ["X-A", "1"] });
  assert(request instanceof Request);
  assertEquals([request.method, request.headers.get("x-a")], ["PATCH", "1"]);
  assert(request.headers === request.headers);
});

Deno.test("rarely used properties are those of a real request", () => {
  const { request } = make({ fields: ["Host", "host"] });
  assertEquals([request.redirect, request.signal.aborted], ["follow", false]);
  // Of what a runtime's own requests lack, ours lack no more.
  const own = new Request("http://host/");
  const names = ["cache", "credentials", "destination", "integrity", "mode", "referrer"] as const;
  for (const name of names) assertEquals(request[name], own[name], name);
});

Deno.test("requests to read have no body", async () => {
  for (const method of ["GET", "HEAD"]) {
    const { request, req } = make({ method, fields: ["Host", "host"] });
    assertEquals([request.body, request.bodyUsed], [null, false]);
    req.finish();
    assertEquals(await request.text(), "");
  }
});

Deno.test("a body is read as text", async () => {
  const { request } = post("some text");
  assertEquals(request.bodyUsed, false);
  const text = request.text();
  assertEquals(request.bodyUsed, true);
  assertEquals(await text, "some text");
});

Deno.test("a body is read in the other ways of a real request", async () => {
  const bytes = new TextEncoder().encode("[1]");
  assertEquals(await post("[1]").request.json(), [1]);
  assertEquals(new Uint8Array(await post("[1]").request.arrayBuffer()), bytes);
  assertEquals(await (await post("[1]").request.blob()).text(), "[1]");
  const type = "application/x-www-form-urlencoded";
  const form = await post("a=1&b=%202", "Content-Type", type).request.formData();
  assertEquals([...form], [["a", "1"], ["b", " 2"]]);
  await assertRejects(() => post("[1").request.json(), SyntaxError);
});

Deno.test("a body is read as a stream", async () => {
  const { request } = post("some text");
  const { body } = request;
  assert(body !== null && body === request.body);
  assertEquals(request.bodyUsed, false);
  assertEquals(await new Response(body).text(), "some text");
  assertEquals(request.bodyUsed, true);
});

Deno.test("the text is complete as long as the body's stream has not been read", async () => {
  const { request } = post("some text");
  void request.body;
  assertEquals(await request.text(), "some text");
});

Deno.test("a clone has the whole body as well, and the method and headers", async () => {
  const { request } = post("[1]", "X-A", "1");
  const clone = request.clone();
  assertEquals([clone.method, clone.url, clone.headers.get("x-a")], ["POST", "http://host/", "1"]);
  assertEquals([await clone.json(), await request.text()], [[1], "[1]"]);
});

/** The ways to read a body that give a promise; a clone is made at once. */
const readings = ["text", "json", "arrayBuffer", "blob", "bytes", "formData"] as const;

/** What may have been done with a body, and whether that reads from it. */
const takings: Record<string, [taken: boolean, take: (request: Request) => unknown]> = {
  "its text was read": [true, (request) => request.text()],
  "its json was read": [true, (request) => request.json()],
  "its bytes were read": [true, (request) => request.bytes()],
  "its stream was read": [true, (request) => Array.fromAsync(request.body!)],
  "its stream was cancelled": [true, (request) => request.body?.cancel()],
  "a part of its stream was read": [true, async (request) => {
    const reader = request.body!.getReader();
    await reader.read();
    reader.releaseLock();
  }],
  "somebody has its stream": [false, (request) => request.body!.getReader()],
};

for (const [done, [bodyUsed, take]] of Object.entries(takings)) {
  Deno.test(`when ${done}, another reading rejects, and a clone throws, as with a real one`, async () => {
    for (const reading of readings) {
      const { request } = post("[1]");
      const real = new Request("http://host/", { method: "POST", body: "[1]" });
      for (const each of [request, real]) {
        await take(each);
        assertEquals(each.bodyUsed, bodyUsed);
        await assertRejects(() => each[reading](), TypeError);
        assertThrows(() => each.clone(), TypeError);
        assertEquals([each.redirect, each.signal.aborted, each.method], ["follow", false, "POST"]);
      }
      const { body } = request;
      assert(body !== null && body === request.body);
    }
  });
}

Deno.test("a text is a promise, whatever was asked for before", async () => {
  const { request } = post("some text");
  const texts = [request.text(), request.text(), request.text()];
  const settled = await Promise.allSettled(texts);
  assertEquals(settled.map(({ status }) => status), ["fulfilled", "rejected", "rejected"]);
});

Deno.test("a request that the Web has none for has a body and properties all the same", async () => {
  const init = { method: "POST", url: "http://user:secret@host/x" };
  const { request, req } = make(init);
  assertEquals([request.redirect, request.signal.aborted], ["follow", false]);
  req.arrive("[1]");
  req.finish();
  assertEquals(await request.json(), [1]);
  await assertRejects(() => request.json(), TypeError);
});

Deno.test("after the body was read as text, all but the body is still there", async () => {
  const { request } = post("some text");
  await request.text();
  assertEquals([request.redirect, request.signal.aborted, request.method], [
    "follow",
    false,
    "POST",
  ]);
});

Deno.test("a body is read whatever the Host", async () => {
  for (const host of noHosts) {
    const { request, req } = make({ method: "POST", fields: ["Host", host] });
    req.arrive("[1]");
    req.finish();
    assertEquals(await request.json(), [1]);
  }
});

Deno.test("requests and headers can be printed", () => {
  const { request } = make({ method: "PUT", url: "/path", fields: ["Host", "host", "X-A", "1"] });
  assert(Deno.inspect(request).includes("/path"), Deno.inspect(request));
  const custom = Symbol.for("nodejs.util.inspect.custom");
  for (const value of [request, request.headers] as unknown as Record<symbol, () => object>[]) {
    const shown = Deno.inspect(value[custom]?.());
    assert(shown.includes("x-a") && shown.includes("1"), shown);
  }
});

Deno.test("Node's own objects are found, of requests that were made of both", () => {
  const { request, req, res } = make();
  const found = nodeMessages(request);
  assertEquals([found?.req === req, found?.res === res], [true, true]);
  // Upgrade requests have no response.
  for (const other of [lazyRequest(req), realRequest(req), new Request("http://host/")]) {
    assertEquals(nodeMessages(other), undefined);
  }
});

Deno.test("a request for others is a real one, with all that came", async () => {
  const { req } = make({ method: "PUT", url: "/x?y", fields: ["Host", "host", "X-A", "1"] });
  const request = realRequest(req);
  // The Web's own functions take nothing that only inherits from it.
  assertEquals(Object.getPrototypeOf(request), Request.prototype);
  const { method, url, headers } = request;
  assertEquals([method, url, headers.get("x-a")], ["PUT", "http://host/x?y", "1"]);
  req.arrive("some text");
  req.finish();
  assertEquals(await request.text(), "some text");
});

Deno.test("a request that the Web has none for is made all the same", () => {
  const request = realRequest(make({ method: "TRACE", url: "/x" }).req);
  assertEquals([request.method, request.url], ["TRACE", "http://localhost/x"]);
});
