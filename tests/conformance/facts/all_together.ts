/** Section 6: the limit on what all sessions of a server buffer together. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import type { TestServer } from "../../support/test_server.ts";

const service = "/all_together";

/** Has a session be written so many characters, for which its client does not ask. */
async function owe(server: TestServer, count: number) {
  const session = await server.xhr(service).open();
  await session.send(JSON.stringify({ write: ["x".repeat(count)] }));
  return session;
}

fact(
  "6",
  "when sessions together buffer too much, the largest are closed first",
  async (server) => {
    const small = await owe(server, 500_000);
    const large = await owe(server, 900_000);
    const last = await owe(server, 700_000);
    // A poll before the server has chosen what to close would get the messages.
    await server.disconnectDelays(1);
    assertEquals((await large.poll()).slice(0, 30), `c[1008,"Slow consumer"]\n`);
    for (const [session, count] of [[small, 500_000], [last, 700_000]] as const) {
      assertEquals((await session.poll()).length, `a[""]\n`.length + count);
    }
    assertEquals((await server.get(`${service}/info`)).status, 200);
  },
);

fact("6", "bodies that are under way count, and end with their sessions", async (server) => {
  const quiet = await owe(server, 100_000);
  const head = `POST PATH HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n`;
  const senders = await Promise.all([1, 2, 3, 4].map(async () => {
    const session = await server.xhr(service).open();
    const connection = await server.connect();
    const begin = head.replace("PATH", `${session.base}/xhr_send`) + `["${"x".repeat(900_000)}`;
    await connection.write(begin);
    return { session, connection };
  }));
  // The rest suffices for two of them; the largest are closed, and get a response.
  const statuses = await Promise.race([
    Promise.all(senders.slice(0, 4).map(({ session }) => server.closed(session.id, 1)))
      .then(() => "all"),
    Promise.any(senders.map(({ connection }) => connection.response("POST")))
      .then(({ status }) => `${status}`),
  ]);
  assertEquals(statuses, "404");
  // Until enough of them have gone.
  while ((await server.get(`${service}/info`)).status === 503);
  assertEquals((await quiet.poll()).length, `a[""]\n`.length + 100_000);
}, { carried: "bodies are counted where they arrive" });
