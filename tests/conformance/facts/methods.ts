/** Section 1: methods that a path does not allow, and HEAD. */

import { assert, assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";

/** The methods of each path; HEAD goes wherever static GET does. */
const paths: readonly [path: string, allowed: string[]][] = [
  ["/echo", ["GET", "HEAD"]],
  ["/echo/", ["GET", "HEAD"]],
  ["/echo/info", ["GET", "HEAD", "OPTIONS"]],
  ["/echo/websocket", ["GET"]],
  ["/echo/000/ID/websocket", ["GET"]],
  ["/echo/000/ID/xhr", ["OPTIONS", "POST"]],
  ["/echo/000/ID/xhr/", ["OPTIONS", "POST"]],
  ["/echo/000/ID/xhr_send", ["OPTIONS", "POST"]],
  ["/echo/000/ID/xhr_streaming", ["OPTIONS", "POST"]],
  ["/echo/000/ID/eventsource", ["GET"]],
  ["/echo/000/ID/htmlfile", ["GET"]],
  ["/echo/000/ID/htmlfile?c=x", ["GET"]],
  ["/echo/000/ID/jsonp?c=x", ["GET"]],
  ["/echo/000/ID/jsonp_send", ["POST"]],
  ["/echo/iframe.html", ["GET", "HEAD"]],
  ["/echo/iframe-1.6.1.html", ["GET", "HEAD"]],
  ["/with_client/sockjs.min.js", ["GET", "HEAD"]],
];

const methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

for (const [path, allowed] of paths) {
  const refused = methods.filter((method) => !allowed.includes(method));
  for (const method of refused) {
    fact("1", `${method} ${path} is not allowed`, async (server) => {
      const connection = await server.connect();
      const it = path.replace("ID", server.newId());
      const response = await connection.exchange({ method, path: it });
      assertEquals(response.status, 405);
      // A list with GET may name HEAD or not.
      assertEquals(
        response.head.members("allow").filter((name) => name !== "head"),
        allowed.filter((name) => name !== "HEAD").map((name) => name.toLowerCase()),
      );
      assertEquals(response.body, "");
      assertEquals(response.header("content-type"), undefined);
      // Nothing of a body follows, not even unannounced.
      assertEquals((await connection.exchange({ path: "/echo" })).status, 200);
    });
  }
}

fact("1", "a refused method makes no session", async (server) => {
  for (
    const [method, path] of [
      ["GET", "xhr"],
      ["GET", "xhr_streaming"],
      ["HEAD", "eventsource"],
      ["POST", "eventsource"],
      ["POST", "htmlfile?c=x"],
      ["POST", "jsonp?c=x"],
    ] as const
  ) {
    const session = server.xhr("/echo");
    const refused = await server.request({ method, path: `${session.base}/${path}` });
    assertEquals(refused.status, 405);
    assertEquals((await session.sendRaw(`["x"]`)).status, 404);
  }
});

for (const path of ["/echo", "/echo/info"]) {
  fact("1", `HEAD ${path} is as GET without the body`, async (server) => {
    const connection = await server.connect();
    const get = await connection.exchange({ path });
    const head = await connection.exchange({ method: "HEAD", path });
    assertEquals(head.status, 200);
    for (const name of ["content-type", "cache-control", "set-cookie"]) {
      assertEquals(head.header(name), get.header(name));
    }
    assert(head.header("content-length") !== "0", "a length that is a lie");
    assertEquals((await connection.exchange({ path })).status, 200);
  });
}
