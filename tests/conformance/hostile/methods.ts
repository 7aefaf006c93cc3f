/** Requests with unusual methods. */

import { assert, assertEquals } from "@std/assert";
import { responseTo, statusOf } from "../../support/first_answer.ts";
import { attack } from "../../support/attack.ts";

const paths = [
  "",
  "/info",
  "/iframe.html",
  "/websocket",
  "/000/ID/websocket",
  "/000/ID/xhr",
  "/000/ID/xhr_send",
  "/000/ID/xhr_streaming",
  "/000/ID/eventsource",
  "/000/ID/htmlfile?c=x",
  "/000/ID/jsonp?c=x",
  "/000/ID/jsonp_send",
];

for (const method of ["TRACE", "PATCH", "PUT", "DELETE", "PROPFIND", "M-SEARCH", "LINK"]) {
  attack("1", `${method} does nothing anywhere`, async (server) => {
    for (const path of paths) {
      const id = server.newId();
      const target = `/echo${path.replace("ID", id)}`;
      const head = `${method} ${target} HTTP/1.1\r\nHost: x\r\nCookie: secret=1\r\n`;
      const response = await responseTo(server, `${head}Content-Length: 0\r\n\r\n`);
      assertEquals([response?.status, response?.body], [405, ""], path);
      assertEquals((await server.xhr("/echo", id).sendRaw(`["x"]`)).status, 404, path);
    }
  });
}

for (
  const method of ["get", "post", "Post", "constructor", "__proto__", "toString", "X".repeat(200)]
) {
  attack("1", `${method.slice(0, 20)} is no method`, async (server) => {
    for (const path of paths) {
      const id = server.newId();
      const target = `/echo${path.replace("ID", id)}`;
      // Bun refuses such methods itself, with 400 or by ending the connection.
      const request = `${method} ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`;
      const status = await statusOf(server, request) ?? 400;
      assert([400, 405, 501].includes(status), `${path}: ${status}`);
      assertEquals((await server.xhr("/echo", id).sendRaw(`["x"]`)).status, 404, path);
    }
  });
}

attack("1", "CONNECT opens no tunnel", async (server) => {
  for (const target of ["/echo", "/echo/000/x/xhr", "127.0.0.1:80", "example.com:443", "*"]) {
    const request = `CONNECT ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`;
    const status = await statusOf(server, request) ?? 400;
    assert(status >= 400 && status < 500, `${target}: ${status}`);
  }
});

attack("1", "targets that are no path are answered, and not as a session", async (server) => {
  for (const target of ["*", "http://evil/echo/a/b/xhr/x", "evil", "//", "?", "#", "/echo#x"]) {
    for (const method of ["GET", "OPTIONS", "POST"]) {
      const request = `${method} ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`;
      const status = await statusOf(server, request) ?? 400;
      assert([200, 400, 404, 405].includes(status), `${method} ${target}: ${status}`);
    }
  }
});
