/** Section 3: OPTIONS. */

import { assert, assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";

const year = 31_536_000;

const preflights: readonly [path: string, methods: string][] = [
  ["/echo/info", "OPTIONS, GET"],
  ["/echo/000/ID/xhr", "OPTIONS, POST"],
  ["/echo/000/ID/xhr_streaming", "OPTIONS, POST"],
  ["/echo/000/ID/xhr_send", "OPTIONS, POST"],
];

for (const [path, methods] of preflights) {
  fact("3", `OPTIONS ${path} allows for a year`, async (server) => {
    const connection = await server.connect();
    const response = await connection.exchange({
      method: "OPTIONS",
      path: path.replace("ID", server.newId()),
      headers: {
        "Origin": "http://example.com",
        "Access-Control-Request-Method": "POST",
      },
    });
    assertEquals(response.status, 204);
    assertEquals(response.header("access-control-allow-methods"), methods);
    assertEquals(response.header("access-control-max-age"), `${year}`);
    assertEquals(
      response.header("cache-control"),
      `public, max-age=${year}`,
    );
    const expires = Date.parse(response.header("expires") ?? "never");
    const days = (expires - Date.now()) / 86_400_000;
    assert(days > 363 && days < 367, `Expires in ${days} days`);
    assertEquals(response.header("etag"), undefined);
    assertEquals(response.head.all("vary"), ["Origin, Access-Control-Request-Headers"]);
    // Nothing of a body follows, not even unannounced.
    assertEquals((await connection.exchange({ path: "/echo" })).status, 200);
  });
}

for (const [path, methods] of preflights) {
  fact("3", `OPTIONS ${path} with a cookie is its client's alone, for a year`, async (server) => {
    for (const service of ["/cookie_needed_echo", "/cookie_function"]) {
      const response = await server.options(
        path.replace("/echo", service).replace("ID", server.newId()),
        { "Origin": "http://example.com", "Access-Control-Request-Headers": "a" },
      );
      assertEquals(response.status, 204);
      assertEquals(response.header("cache-control"), `private, max-age=${year}`);
      assertEquals(response.head.all("vary"), ["Origin, Access-Control-Request-Headers"]);
      assertEquals(response.head.all("set-cookie").length, 1);
      assertEquals(response.header("access-control-allow-methods"), methods);
      assertEquals(response.header("access-control-allow-headers"), "a");
    }
  });
}

fact("3", "OPTIONS sets no cookie where the callback returns none", async (server) => {
  const response = await server.options("/cookie_function/info", { "X-No-Cookie": "1" });
  assertEquals(response.head.all("set-cookie"), []);
  assertEquals(response.header("cache-control"), `private, max-age=${year}`);
});

fact("3", "OPTIONS without CORS depends on nothing that is asked", async (server) => {
  const response = await server.options("/without_cors/info", { "Origin": "http://example.com" });
  assertEquals([response.status, response.head.all("vary")], [204, []]);
  assertEquals(response.header("cache-control"), `public, max-age=${year}`);
});

fact(
  "3",
  "a response that caches may share sets no cookie and depends on no request header",
  async (server) => {
    for (
      const path of [
        "/cookie_needed_echo",
        "/cookie_needed_echo/iframe.html",
        "/with_client/sockjs.min.js",
      ]
    ) {
      const plain = await server.get(path);
      const other = await server.get(path, {
        "Origin": "http://example.com",
        "Cookie": "JSESSIONID=a",
      });
      for (const { head } of [plain, other]) {
        assertEquals([head.all("set-cookie"), head.all("vary")], [[], []]);
      }
      assertEquals(other.header("etag"), plain.header("etag"));
      assertEquals(other.body, plain.body);
      assertEquals(
        other.header("access-control-allow-origin"),
        plain.header("access-control-allow-origin"),
      );
    }
  },
);

fact("3", "OPTIONS makes no session", async (server) => {
  for (const name of ["xhr", "xhr_streaming", "xhr_send"]) {
    const session = server.xhr("/echo");
    assertEquals((await server.options(`${session.base}/${name}`)).status, 204);
    assertEquals((await session.sendRaw(`["x"]`)).status, 404);
  }
});
