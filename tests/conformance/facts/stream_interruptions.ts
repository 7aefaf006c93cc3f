/** Section 5: receiving requests that are interrupted, over every HTTP transport. */

import { assertEquals } from "@std/assert";
import { floodOf } from "../../support/crowd.ts";
import { fact } from "../../support/fact.ts";
import { Receiving } from "../../support/receiving.ts";
import {
  jsonp,
  receivingTransports,
  streams,
  xhr,
  xhrStreaming,
} from "../../support/receiving_transports.ts";
import { closeFrame } from "../../support/reference_frame.ts";

const interrupted = closeFrame(1002, "Connection interrupted");
const closed = { code: 1002, reason: "Connection interrupted", wasClean: false };

for (const transport of streams) {
  const { name } = transport;

  fact(
    "5",
    `${name}: a first response that breaks before any message frees its id`,
    async (server) => {
      const session = server.http("/echo");
      const first = await session.open(transport);
      // This is no message.
      assertEquals((await session.sendRaw("[]")).status, 204);
      first.abort();
      assertEquals(await server.closed(session.id), [closed]);
      assertEquals((await session.sendRaw(`["x"]`)).status, 404);
      const second = await session.open(transport);
      await session.send("x");
      assertEquals(await second.frame(), `a["x"]`);
      assertEquals((await server.opened(session.id)).length, 2);
      assertEquals((await server.closed(session.id)).length, 1);
    },
  );

  for (const next of receivingTransports) {
    fact("5", `${name}, broken untouched: ${next.name} gets its o at once`, async (server) => {
      const session = server.http("/echo");
      (await session.open(transport)).abort();
      await session.open(next);
    });

    fact("5", `${name}, broken after a message: ${next.name} gets 1002 once`, async (server) => {
      const session = server.http("/echo");
      const first = await session.open(transport);
      await session.send("x");
      assertEquals(await first.frame(), `a["x"]`);
      first.abort();
      assertEquals(await server.closed(session.id), [closed]);
      assertEquals((await session.sendRaw(`["x"]`)).status, 404);
      assertEquals((await session.sendJsonp(`["x"]`)).status, 404);
      assertEquals(await (await session.ask(next)).only(), interrupted);
      assertEquals((await session.sendRaw(`["x"]`)).status, 404);
      await session.open(next);
      assertEquals((await server.opened(session.id)).length, 2);
      assertEquals((await server.closed(session.id)).length, 1);
    });
  }

  fact("5", `${name}: a message from the client alone is enough`, async (server) => {
    const session = server.http("/command");
    const first = await session.open(transport);
    await session.send("{}");
    first.abort();
    assertEquals(await (await session.ask(transport)).only(), interrupted);
  });

  fact("5", `${name}: a message from the server alone is enough`, async (server) => {
    const session = server.http("/welcome");
    const first = await session.open(transport);
    assertEquals(await first.frame(), `a["welcome"]`);
    first.abort();
    assertEquals(await (await session.ask(transport)).only(), interrupted);
  });

  fact("5", `${name}: a response that is not the session's first is touched`, async (server) => {
    const session = server.http("/echo");
    await (await session.open(xhr)).ended();
    (await session.pending(transport)).abort();
    assertEquals(await (await session.ask(transport)).only(), interrupted);
  });

  fact("5", `${name}: an interruption is forgotten in the end`, async (server) => {
    const session = server.http("/fleeting");
    const first = await session.open(transport);
    await session.send("x");
    assertEquals(await first.frame(), `a["x"]`);
    first.abort();
    await server.closed(session.id);
    await server.disconnectDelays(2);
    await session.open(transport);
  }, { waits: true });

  fact("5", `${name}: a response that has ended cannot break`, async (server) => {
    const session = server.http("/echo");
    const first = await session.open(transport);
    await session.send("x".repeat(4096));
    await first.frame();
    assertEquals(await first.next(), undefined);
    first.abort();
    await server.roundTrip();
    await session.send("y");
    assertEquals(await (await session.ask(transport)).frame(), `a["y"]`);
    assertEquals(await server.closed(session.id, 0), []);
  });

  fact("5", `${name}: a 2010 that is given up is no interruption`, async (server) => {
    const session = server.http("/echo");
    const first = await session.open(transport);
    (await session.pending(transport)).abort();
    await server.roundTrip();
    await session.send("x");
    assertEquals(await first.frame(), `a["x"]`);
  });
}

fact("5", "jsonp: a poll that breaks is an interruption", async (server) => {
  const session = server.http("/echo");
  (await session.attached(jsonp)).abort();
  assertEquals(await server.closed(session.id), [closed]);
  assertEquals(await (await session.ask(jsonp)).only(), interrupted);
  await session.open(jsonp);
});

fact("5", "a client that aborts a stream and asks again gets its o every time", async (server) => {
  const { base } = server.http("/echo");
  let stream = await Receiving.send(await server.connect(), xhrStreaming, base);
  const often = floodOf(1000, server.host);
  for (let count = 0; count < often; count++) {
    assertEquals(await stream.frame(), "o", `at the request of number ${count}`);
    // A connection that the server knows already, so that nothing holds the next request up.
    const connection = await server.connect();
    assertEquals((await connection.exchange({ path: "/echo" })).status, 200);
    stream.abort();
    stream = await Receiving.send(connection, xhrStreaming, base);
  }
  assertEquals(await stream.frame(), "o");
});
