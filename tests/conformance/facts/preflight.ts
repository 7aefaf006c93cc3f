/** Section 3: OPTIONS. */

import { assert, assertEquals } from "@std/assert";
import { fact } from "../fact.ts";

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
    // Nothing of a body follows, not even unannounced.
    assertEquals((await connection.exchange({ path: "/echo" })).status, 200);
  });
}

fact("3", "OPTIONS makes no session", async (server) => {
  for (const name of ["xhr", "xhr_streaming", "xhr_send"]) {
    const session = server.xhr("/echo");
    assertEquals((await server.options(`${session.base}/${name}`)).status, 204);
    assertEquals((await session.sendRaw(`["x"]`)).status, 404);
  }
});
