/** Callbacks, session ids and server ids that try to inject code, headers or paths. */

import { assert, assertEquals } from "@std/assert";
import type { TestServer } from "../../support/test_server.ts";
import { responseTo } from "../../support/first_answer.ts";
import { attack } from "../../support/attack.ts";

const callbacks: Record<string, string[]> = {
  "quotes": ["%22", "a%27b", "a'b", 'a"b', "a`b"],
  "markup": ["%3Cscript%3E", "<script>", "a</script>", "a%26gt;", "a<!--"],
  "calls": ["alert(1)", "a%28%29", "a;b", "a=b", "a+b", "a,b", "a[0]", "a%2Bb", "a/**/b", "(a)"],
  "line breaks": ["a%0d%0aSet-Cookie:x", "%0A", "a%0a", "a%E2%80%A8b"],
  "NUL": ["a%00", "%00"],
  "broken percent codes": ["%", "a%", "a%zz", "a%c3", "%ff"],
  "other letters": ["caf%C3%A9", "caf\xc3\xa9", "\xff", "%F0%9F%98%80"],
  "33 and more characters": ["a".repeat(33), "a".repeat(8192), "%61".repeat(33)],
  "an array's name": ["$", "a$b", "a:b", "a%5B0%5D", "~"],
};

for (const path of ["jsonp", "htmlfile"]) {
  for (const [name, values] of Object.entries(callbacks)) {
    attack("6", `${path}: a callback with ${name} is refused without a trace`, async (server) => {
      for (const value of values) {
        const id = server.newId();
        const target = `/echo/000/${id}/${path}?c=${value}`;
        const response = await responseTo(server, `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`);
        // Runtimes refuse some bytes in a request line themselves.
        if (response?.status === 400 || response === undefined) continue;
        assertEquals(
          [response.status, response.body],
          [500, `invalid "callback" parameter`],
          value,
        );
        assertEquals((await server.xhr("/echo", id).sendRaw(`["x"]`)).status, 404);
      }
    });
  }

  attack("6", `${path}: names of Object's own are callbacks like others`, async (server) => {
    for (const callback of ["__proto__", "constructor", "toString", "a.b-c_d", "%63allback"]) {
      const connection = await server.connect();
      const target = `/echo/000/${server.newId()}/${path}?c=${callback}`;
      await connection.send({ path: target });
      assertEquals((await connection.head()).status, 200, callback);
    }
  });
}

const ids: Record<string, string[]> = {
  "quotes and brackets": ["'", "%22", "<script>", "%3Cb%3E", "a`b", "{}", "[]", "()", "|", "^"],
  "percent codes": ["%0d%0a", "%00", "x%2e", "%2f", "%5c", "%25", "%7F", "%e2%80%a8"],
  "broken percent codes": ["%", "%zz", "%f", "%c3", "%%%"],
  "names of Object's own": ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"],
  "8 KB": ["x".repeat(8192)],
  "a name of one of our paths": ["websocket", "info", "xhr", "xhr_send"],
  "punctuation": ["~", "*", "$&", "$1", "a,b", "a;b=c", "a@b", "a:b", "=", "&", "!", "+"],
};

/** Opens a session under such a name, and has a message echoed. */
async function isSession(server: TestServer, serverId: string, id: string): Promise<void> {
  const base = `/echo/${serverId}/${id}`;
  const post = async (path: string, body = "") => {
    const head =
      `POST ${base}/${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`;
    return await responseTo(server, head + body);
  };
  const first = await post("xhr");
  // Runtimes refuse some bytes in a request line themselves.
  if (first === undefined || first.status === 400) return;
  assertEquals([first.status, first.body], [200, "o\n"], base);
  assertEquals((await post("xhr_send", `["x"]`))?.status, 204, base);
  assertEquals((await post("xhr"))?.body, `a["x"]\n`, base);
  assertEquals((await post("xhr_send", `{}`))?.status, 500, base);
}

for (const [name, values] of Object.entries(ids)) {
  attack("1", `${name} can be a session's id, and a server's`, async (server) => {
    for (const id of values) {
      const unique = id.length > 1000 ? id : `${id}${server.newId()}`;
      await isSession(server, "000", unique);
      await isSession(server, id, server.newId());
    }
  });
}

attack("1", "ids of bare names of Object's own are free before they are used", async (server) => {
  for (const id of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    assertEquals((await server.post(`/fleeting/000/${id}/xhr_send`, `["x"]`)).status, 404, id);
    await server.xhr("/fleeting", id).open();
  }
});

attack("1", "raw line breaks, spaces and NUL in a path reach no session", async (server) => {
  for (const byte of ["\r", "\n", "\0", " ", "\r\nX: y"]) {
    const target = `/echo/000/${server.newId()}${byte}x/xhr`;
    const request = `POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n`;
    const response = await responseTo(server, request);
    assert(response === undefined || [400, 404, 405, 505].includes(response.status), target);
  }
});

attack("1", "encoded dots are a name or nothing at all", async (server) => {
  for (const name of ["%2e", "%2E%2e", ".%2e"]) {
    const { status, body } = await server.post(`/echo/${name}/${server.newId()}/xhr`);
    assert(status === 404 || body === "o\n", `${name}: ${status} ${body}`);
  }
});

attack("1", "absurd queries change nothing but the query", async (server) => {
  const queries = [
    "?",
    "??",
    "?&&&",
    "?=",
    "?%",
    "?%00",
    "?c",
    "?" + "a&".repeat(3000),
    "?/a/b/xhr",
  ];
  for (const query of [...queries, "?__proto__=x", "?c[]=x", "?#", `?${"x".repeat(8192)}`]) {
    const response = await responseTo(server, `GET /echo${query} HTTP/1.1\r\nHost: x\r\n\r\n`);
    assertEquals(
      [response?.status, response?.body],
      [200, "Welcome to SockJS!\n"],
      query.slice(0, 20),
    );
    const none = await responseTo(server, `GET /echo/nothing${query} HTTP/1.1\r\nHost: x\r\n\r\n`);
    assertEquals(none?.status, 404, query.slice(0, 20));
  }
});
