/** Section 6: the callback names of htmlfile and jsonp. */

import { assertEquals, assertMatch } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { htmlfilePrelude } from "../../support/receiving_transports.ts";

const longest = "abcdefghijklmnopqrstuvwxyz_-.019";

/** A query, and the callback in it. */
const valid: readonly [query: string, callback: string][] = [
  ["c=callback", "callback"],
  ["callback=callback", "callback"],
  ["c=%63allback", "callback"],
  ["c=call%62ack%2Ex", "callback.x"],
  ["c=_jp.a7x9q3z", "_jp.a7x9q3z"],
  ["c=a", "a"],
  ["c=-", "-"],
  ["c=ABC-xyz_019.Z", "ABC-xyz_019.Z"],
  [`c=${longest}`, longest],
  ["c=a&c=b&c=callback", "callback"],
  ["c=%28&c=callback", "callback"],
  ["c=&c=callback", "callback"],
  ["callback=%28&callback=callback", "callback"],
  ["a=b&c=callback&d=e", "callback"],
  ["t=1.5&c=callback&i=7", "callback"],
];

const invalid: readonly string[] = [
  `c=${longest}0`,
  `c=${"x".repeat(1000)}`,
  ...[
    "c=abc%21",
    "c=(",
    "c=%28",
    "c=a+b",
    "c=a%20b",
    "c=%20",
    "c=a%00",
    "c=a;b",
    "c=$",
    "c=a%5B0%5D",
  ],
  ...["c=%3Cscript%3E", "c=%27", "c=%22", "c=a%0A", "c=a%0D%0Ab", "c=a%2F", "c=a/b", "c=a=b"],
  ...["c=%C3%A9", "c=%E2%80%A8", "c=%ff", "c=%", "c=a%zz", "c=%6", "c=%u0063", "c=%2563"],
  ...["c=callback&c=%28", "callback=%28", "callback=callback&callback=%28"],
];

const missing: readonly string[] = [
  ...["", "?", "?c", "?c=", "?callback", "?callback=", "?t=1", "?C=callback", "?xc=callback"],
  ...["?c=callback&c=", "?a=c&d=callback", "?x=?c=callback"],
];

for (const [query, callback] of valid) {
  fact("6", `jsonp?${query} calls ${callback}`, async (server) => {
    const { base } = server.http("/echo");
    const { status, body } = await server.get(`${base}/jsonp?${query}`);
    assertEquals([status, body], [200, `/**/${callback}("o");\r\n`]);
  });

  fact("6", `htmlfile?${query} calls ${callback}`, async (server) => {
    const connection = await server.connect();
    await connection.send({ path: `${server.http("/echo").base}/htmlfile?${query}` });
    assertEquals((await connection.head()).status, 200);
    const prelude = await connection.chunk() ?? "";
    assertMatch(prelude, htmlfilePrelude(callback));
    assertEquals(prelude.length > 1024, true);
  });
}

const refused = [
  ...invalid.map((query) => ({ query: `?${query}`, text: 'invalid "callback" parameter' })),
  ...missing.map((query) => ({ query, text: '"callback" parameter required' })),
];

for (const name of ["jsonp", "htmlfile"]) {
  for (const { query, text } of refused) {
    const shown = query.length > 60 ? `${query.slice(0, 60)}…` : query;
    fact("6", `${name}${shown} is refused: ${text}`, async (server) => {
      const session = server.http("/echo");
      const { status, body, header } = await server.get(`${session.base}/${name}${query}`);
      assertEquals([status, body], [500, text]);
      assertEquals(header("content-type"), "text/plain; charset=UTF-8");
      // No session was made.
      assertEquals((await session.sendJsonp(`["x"]`)).status, 404);
    });
  }

  fact("6", `a refused ${name} creates no session and ends none`, async (server) => {
    const session = server.http("/echo");
    const refuse = async () => {
      for (const query of ["", "?c=%28"]) {
        assertEquals((await server.get(`${session.base}/${name}${query}`)).status, 500);
      }
    };
    await refuse();
    assertEquals(await server.opened(session.id, 0), []);
    const path = `${session.base}/jsonp?c=callback`;
    assertEquals((await server.get(path)).body, `/**/callback("o");\r\n`);
    await refuse();
    const waiting = await server.connect();
    await waiting.send({ path });
    await server.roundTrip();
    await refuse();
    assertEquals((await session.sendJsonp(`["x"]`)).status, 200);
    assertEquals((await waiting.response()).body, `/**/callback("a[\\"x\\"]");\r\n`);
  });
}

fact("6", "the callback is each request's own", async (server) => {
  const { base } = server.http("/echo");
  assertEquals((await server.get(`${base}/jsonp?c=one`)).body, `/**/one("o");\r\n`);
  await server.post(`${base}/jsonp_send`, `["x"]`);
  assertEquals((await server.get(`${base}/jsonp?c=two`)).body, `/**/two("a[\\"x\\"]");\r\n`);
});
