/** Section 6: a stream ends after a time, even if its client does not read. */

import { assertEquals } from "@std/assert";
import { DeafProxy } from "../deaf_proxy.ts";
import { fact } from "../../support/fact.ts";
import { HttpConnection } from "../../support/raw_http.ts";
import { Receiving } from "../../support/receiving.ts";
import { streams } from "../../support/receiving_transports.ts";

/** Its streams end after 300 ms, with heartbeats every 100 ms. */
const service = "/brief";

for (const transport of streams) {
  const { name } = transport;

  fact(
    "6",
    `${name}: ends after its time with a whole frame, and nothing is lost`,
    async (server) => {
      const session = server.http(service);
      let stream = await session.open(transport);
      const count = 40;
      const send = async () => {
        for (let sent = 0; sent < count; sent++) {
          await session.send(`${sent}`);
          if (sent % 10 === 0) await server.disconnectDelays(1);
        }
      };
      const got: number[] = [];
      const receive = async () => {
        let responses = 1;
        while (got.length < count || responses < 3) {
          const frames = await stream.nextOfChunk();
          if (frames === undefined) {
            stream = await session.ask(transport);
            responses++;
          }
          for (const frame of frames ?? []) {
            if (frame !== "h") got.push(...JSON.parse(frame.slice(1)).map(Number));
          }
        }
      };
      await Promise.all([send(), receive()]);
      assertEquals(got, Array.from({ length: count }, (_, index) => index));
      assertEquals((await server.opened(session.id)).length, 1);
    },
    { waits: true },
  );

  fact(
    "6",
    `${name}: a client that has gone behind a proxy that reads on is missed`,
    async (server) => {
      using proxy = new DeafProxy(server.port);
      const session = server.http(service);
      using connection = await HttpConnection.open(proxy.port);
      const stream = await Receiving.send(connection, transport, session.base);
      assertEquals(await stream.frame(), "o");
      connection.close();
      const [close] = await server.closed(session.id);
      assertEquals([close?.code, close?.wasClean], [1006, false]);
    },
    { waits: true },
  );
}

fact(
  "6",
  "a poll of a client that has gone behind such a proxy is missed after a heartbeat",
  async (server) => {
    using proxy = new DeafProxy(server.port);
    const session = await server.xhr(service).open();
    using connection = await HttpConnection.open(proxy.port);
    await connection.send({ method: "POST", path: `${session.base}/xhr` });
    await server.roundTrip();
    connection.close();
    const [close] = await server.closed(session.id);
    assertEquals([close?.code, close?.wasClean], [1006, false]);
  },
  { waits: true },
);
