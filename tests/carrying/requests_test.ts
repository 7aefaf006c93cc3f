/**
 * What carried requests bring: messages while the application pauses, keys, and odd characters.
 *
 * @module
 */

import { assertEquals, assertMatch } from "@std/assert";
import type { HttpSession } from "../support/http_session.ts";
import type { HttpConnection } from "../support/raw_http.ts";
import { xhr, xhrStreaming } from "../support/receiving_transports.ts";
import type { TestServer } from "../support/test_server.ts";
import { until } from "../support/until.ts";
import { countOpened, recordOf, resume, SessionProcesses } from "./session_processes.ts";

const answerTimeout = 500;
const processes = await SessionProcesses.start({ answerTimeout });

const long = "x".repeat(100_000);

/** A session whose application pauses, and a send that waits for it at the carrier. */
async function paused(
  owner: TestServer,
  carrier: TestServer,
  others: readonly TestServer[],
  service = "/echo",
) {
  const sessions = processes.sessions(service, owner, carrier, ...others);
  const [home, away, other] = sessions as [HttpSession, HttpSession, HttpSession];
  assertEquals(await (await home.ask(xhr)).only(), "o");
  await away.send("pause");
  const held = await send(carrier, away);
  return { home, away, other, held };
}

async function send(server: TestServer, { base }: HttpSession): Promise<HttpConnection> {
  const connection = await server.connect();
  const body = JSON.stringify([long]);
  await connection.send({ method: "POST", path: `${base}/xhr_send`, body });
  await server.roundTrip();
  return connection;
}

processes.each("a send waits while the application pauses", async (owner, carrier, others) => {
  const { home, other, held } = await paused(owner, carrier, others);
  let isAnswered = false;
  const response = held.response("POST").finally(() => isAnswered = true);
  // Longer than the owner has for its first answer.
  await new Promise((resolve) => setTimeout(resolve, 2 * answerTimeout));
  assertEquals(isAnswered, false);
  const more = (await send(others[0]!, other)).response("POST");
  assertEquals((await recordOf(owner, home.id)).messages, ["pause"]);
  await resume(owner, home.id);
  assertEquals((await response).status, 204);
  assertEquals((await more).status, 204);
  assertEquals((await recordOf(owner, home.id)).messages.length, 3);
});

processes.each("a client that goes gives up its held send", async (owner, carrier, others) => {
  const { home, away, held } = await paused(owner, carrier, others, "/few");
  // The carrier carries no more than one request at a time.
  assertEquals((await away.sendRaw("[]")).status, 503);
  held.close();
  // Deno does not tell that the client of such a request is gone.
  if (carrier.host === "deno") await resume(owner, home.id);
  await until(async () => (await away.sendRaw("[]")).status === 204);
  const next = (await send(carrier, away)).response("POST");
  await resume(owner, home.id);
  assertEquals((await next).status, 204);
  await away.send("on");
  let last: string | undefined;
  while (last !== "on") last = JSON.parse((await (await away.ask(xhr)).only()).slice(1)).at(-1);
});

processes.each("a session that ends answers sends that it holds", async (...servers) => {
  const [owner, carrier, others] = servers;
  const { home, away, held } = await paused(owner, carrier, others);
  const stream = await away.ask(xhrStreaming);
  await stream.begun();
  await away.send();
  stream.abort();
  assertEquals((await held.response("POST")).status, 204);
  assertEquals((await recordOf(owner, home.id)).closed.map(({ code }) => code), [1002]);
});

/** Keys that a header cannot carry as they are are escaped. */
const keyed = (key: string) => ({ "X-Key": encodeURIComponent(key) });

for (const key of ["simple", `\t"'\\ \u0000\n\u2028 ä€😀`]) {
  processes.each(`a key is compared elsewhere, ${JSON.stringify(key)}`, async (...servers) => {
    const [owner, carrier, others] = servers;
    const sessions = processes.sessions("/keys", owner, carrier, ...others);
    const [home, away, other] = sessions as [HttpSession, HttpSession, HttpSession];
    assertEquals(await (await home.ask(xhr, keyed(key))).only(), "o");
    for (const session of [away, other]) {
      const server = session === away ? carrier : others[0]!;
      for (const headers of [{}, keyed("another"), keyed(`${key} `)] as Record<string, string>[]) {
        assertEquals((await session.sendRaw(`["no"]`, headers)).status, 403);
        assertEquals((await server.post(`${session.base}/xhr`, "", headers)).status, 403);
        const stream = { method: "POST", path: `${session.base}/xhr_streaming`, headers };
        assertEquals((await server.begin(stream)).status, 403);
      }
      // It is refused by the carrier itself.
      assertEquals((await session.sendRaw(`["no"]`, { "X-Key": "" })).status, 403);
      assertEquals((await session.sendRaw(`["yes"]`, keyed(key))).status, 204);
      assertEquals(await (await session.ask(xhr, keyed(key))).only(), `a["yes"]`);
    }
    assertEquals((await recordOf(owner, home.id)).messages, ["yes", "yes"]);
    assertEquals(await countOpened(processes.servers, home.id), 1);
  });
}

processes.each("a session without a key is not asked for one", async (owner, carrier, others) => {
  const sessions = processes.sessions("/keys", owner, carrier, ...others);
  const [home, away, other] = sessions as [HttpSession, HttpSession, HttpSession];
  const asked = async () =>
    await Promise.all(
      [owner, carrier, ...others].map(async (server) =>
        JSON.parse((await server.get("/asked")).body)
      ),
    );
  assertEquals(await (await home.ask(xhr)).only(), "o");
  const before = await asked();
  for (const session of [away, other]) {
    await session.send("hello");
    assertEquals(await (await session.ask(xhr)).only(), `a["hello"]`);
  }
  assertEquals(await asked(), before);
});

processes.each("odd characters arrive as they were sent", async (owner, carrier) => {
  const id = `${crypto.randomUUID()}%22%27%E2%80%A8%00%0A%5C|`;
  // Quotes are escaped by some runtimes.
  const query = "?a=%00&b=%22%27|%E2%80%A8&c=%ff%F0%9F%98%80";
  const headers = { "User-Agent": `a\tb "c" 'd' \\ {}|`, "X-Forwarded-For": "1.2.3.4\t, <x>" };
  const path = `/echo/000/${id}`;
  const open = await owner.post(`${path}/xhr${query}`, "", headers);
  assertEquals([open.status, open.body], [200, "o\n"]);
  for (const text of [`"\\\u0000\u2028\ud83d\ude00\ud800 \t\n'`, "ä".repeat(10_000)]) {
    const sent = await carrier.post(`${path}/xhr_send${query}`, JSON.stringify([text]), headers);
    assertEquals(sent.status, 204, sent.body);
    const got = await carrier.post(`${path}/xhr${query}`, "", headers);
    assertEquals(got.status, 200);
    assertMatch(got.body, /^a/);
    assertEquals(JSON.parse(got.body.slice(1)), [text]);
  }
  // The last request was carried, and the connection has what it brought.
  const record = await recordOf(owner, encodeURIComponent(id));
  assertEquals(record.url, `${path}/xhr${query}`);
  assertEquals(record.headers["user-agent"], headers["User-Agent"]);
});

Deno.test.afterAll(() => processes[Symbol.asyncDispose]());
