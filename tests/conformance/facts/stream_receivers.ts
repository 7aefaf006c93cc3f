/** Section 5: second receivers, and changes of transport within a session. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { closeFrame } from "../../support/reference_frame.ts";
import {
  eventsource,
  htmlfile,
  jsonp,
  receivingTransports,
  streams,
  xhr,
  xhrStreaming,
} from "../../support/receiving_transports.ts";

const still = closeFrame(2010, "Another connection still open");

for (const first of receivingTransports) {
  for (const second of receivingTransports) {
    fact(
      "5",
      `a second receiver, ${second.name} beside ${first.name}, gets 2010`,
      async (server) => {
        const session = server.http("/echo");
        const waiting = await session.attached(first);
        assertEquals(await (await session.ask(second)).only(), still);
        await session.send("x");
        assertEquals(await waiting.frame(), `a["x"]`);
        assertEquals(await server.closed(session.id, 0), []);
        assertEquals((await server.opened(session.id)).length, 1);
      },
    );
  }
}

/** Ends a stream that takes 4096 bytes. */
const long = "x".repeat(4096);

fact("5", "a session may change transports, and stays in order", async (server) => {
  const session = server.http("/echo");
  await session.open(xhr);
  const order = [xhr, xhrStreaming, eventsource, htmlfile, jsonp, xhr, htmlfile, xhrStreaming];
  for (const [index, transport] of order.entries()) {
    // One message waits already, one more comes to a stream.
    await session.send(`${index}a`, `${index}b`);
    const response = await session.ask(transport);
    assertEquals(await response.frame(), `a["${index}a","${index}b"]`);
    if (transport.prelude !== undefined) {
      await session.send(`${index}c`);
      assertEquals(await response.frame(), `a["${index}c"]`);
      await session.send(long);
      assertEquals(await response.frame(), `a["${long}"]`);
    }
    await response.ended();
  }
  assertEquals(await server.opened(session.id), [{ service: "/echo", protocol: "xhr-polling" }]);
});

for (const transport of receivingTransports) {
  fact(
    "5",
    `${transport.name}: messages that are written without a receiver are sent in one frame`,
    async (server) => {
      const session = server.http("/echo");
      await (await session.open(xhr)).ended();
      await session.send("x", "y");
      await session.send("z");
      assertEquals(await (await session.ask(transport)).frame(), `a["x","y","z"]`);
    },
  );

  fact(
    "5",
    `${transport.name}: a message right after the open frame is delivered`,
    async (server) => {
      for (let count = 0; count < 20; count++) {
        const session = server.http("/echo");
        const first = await session.open(transport);
        await session.send("x");
        const next = transport.prelude === undefined ? await session.ask(transport) : first;
        assertEquals(await next.frame(), `a["x"]`);
        next.abort();
      }
    },
  );

  fact("5", `${transport.name}: the application sees the transport's name`, async (server) => {
    const session = server.http("/echo");
    await session.open(transport);
    const { protocol } = transport;
    assertEquals(await server.opened(session.id), [{ service: "/echo", protocol }]);
  });

  fact("5", `${transport.name}: an id under another service is another session`, async (server) => {
    const session = server.http("/echo");
    await session.open(transport);
    const other = server.http("/command", session.id);
    assertEquals((await other.sendRaw(`["{}"]`)).status, 404);
    assertEquals((await other.sendJsonp(`["{}"]`)).status, 404);
    await other.open(transport);
  });
}

for (const [one, two] of [["/first", "/second"], ["/numbered-1", "/numbered-2"]] as const) {
  fact("5", `an id under ${one} and ${two}, one service, is two sessions`, async (server) => {
    const id = server.newId();
    const first = server.http(one, id);
    const second = server.http(two, id);
    const stream = await first.open(xhrStreaming);
    assertEquals((await second.sendRaw(`["x"]`)).status, 404);
    const other = await second.open(xhrStreaming);
    await first.send("1");
    await second.send("2");
    assertEquals(await stream.frame(), `a["1"]`);
    assertEquals(await other.frame(), `a["2"]`);
  });
}

for (const transport of streams) {
  fact("5", `${transport.name}: a session outlives a long wait for its server`, async (server) => {
    const session = server.http("/fleeting");
    const stream = await session.open(transport);
    await server.disconnectDelays(2);
    await session.send("x");
    assertEquals(await stream.frame(), `a["x"]`);
  }, { waits: true });

  fact("5", `${transport.name}: the session outlives the end of a response`, async (server) => {
    const session = server.http("/fleeting");
    const stream = await session.open(transport);
    const message = "x".repeat(50_000);
    for (let sent = 0; sent < 131_072; sent += message.length) {
      await session.send(message);
      assertEquals(await stream.frame(), `a["${message}"]`);
    }
    await stream.ended();
    const [close, ...others] = await server.closed(session.id);
    assertEquals([close?.code, close?.wasClean, others], [1006, false, []]);
    await session.open(transport);
  }, { waits: true });
}
