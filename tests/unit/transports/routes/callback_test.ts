import { assertEquals } from "@std/assert";
import { serve } from "../../../support/polling_client.ts";

/** Asks for a frame by jsonp, with that query. */
async function ask(query: string, transport = "jsonp") {
  const { server } = serve();
  let opened = 0;
  server.on("connection", (connection) => {
    opened++;
    connection.close();
  });
  const request = new Request(`http://host/echo/server/session/${transport}${query}`);
  const response = await server.handle(request);
  const text = response.status === 200 && transport === "htmlfile"
    ? (response.body?.cancel(), "")
    : await response.text();
  return { status: response.status, text, opened };
}

const longest = "x".repeat(32);

const valid: Record<string, string> = {
  "?c=callback": "callback",
  "?callback=callback": "callback",
  "?c=%63allback": "callback",
  "?c=a-b_c.d9": "a-b_c.d9",
  "?c=page&x=1&c=client": "client",
  "?callback=page&c=client": "client",
  [`?c=${longest}`]: longest,
};

Deno.test("a callback may have letters, digits and -_. and is decoded; of several c the last counts", async () => {
  for (const [query, callback] of Object.entries(valid)) {
    assertEquals(await ask(query), {
      status: 200,
      text: `/**/${callback}("o");\r\n`,
      opened: 1,
    }, query);
  }
});

Deno.test("without a callback there is a 500 that asks for it, and no session", async () => {
  for (const query of ["", "?", "?c=", "?callback=", "?x=1", "?C=x"]) {
    for (const transport of ["jsonp", "htmlfile"]) {
      assertEquals(await ask(query, transport), {
        status: 500,
        text: '"callback" parameter required',
        opened: 0,
      }, query);
    }
  }
});

Deno.test("any other callback is a 500 that refuses it, and no session", async () => {
  const bad = ["%3Cscript%3E", "a%20b", "a(b)", "%C3%A9", "a;b", "a%0Ab", `${longest}x`, "a/b"];
  for (const callback of bad) {
    for (const transport of ["jsonp", "htmlfile"]) {
      assertEquals(await ask(`?c=${callback}`, transport), {
        status: 500,
        text: 'invalid "callback" parameter',
        opened: 0,
      }, callback);
    }
  }
});
