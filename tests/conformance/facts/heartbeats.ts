/** Section 5: heartbeats over every HTTP transport. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { closeFrame } from "../../support/reference_frame.ts";
import { jsonp, polls, streams } from "../../support/receiving_transports.ts";

for (const transport of streams) {
  fact("5", `${transport.name}: heartbeats do not end the response`, async (server) => {
    const session = server.http("/heartbeat");
    const stream = await session.open(transport);
    for (let count = 0; count < 3; count++) assertEquals(await stream.frame(), "h");
    await session.send("x");
    let frame = await stream.frame();
    while (frame === "h") frame = await stream.frame();
    assertEquals(frame, `a["x"]`);
    assertEquals(await stream.frame(), "h");
  }, { waits: true });

  fact(
    "5",
    `${transport.name}: a response with a heartbeat that breaks is touched`,
    async (server) => {
      const session = server.http("/heartbeat");
      const stream = await session.open(transport);
      assertEquals(await stream.frame(), "h");
      stream.abort();
      const interrupted = closeFrame(1002, "Connection interrupted");
      assertEquals(await (await session.ask(transport)).only(), interrupted);
    },
  );
}

for (const transport of polls) {
  fact("5", `${transport.name}: a heartbeat ends the response`, async (server) => {
    const session = server.http("/heartbeat");
    await session.open(transport);
    for (let count = 0; count < 2; count++) {
      assertEquals(await (await session.ask(transport)).only(), "h");
    }
    await session.send("x");
    assertEquals(await (await session.ask(transport)).only(), `a["x"]`);
  }, { waits: true });
}

fact(
  "5",
  "jsonp: a client that never returns is disconnected after heartbeat and delay",
  async (server) => {
    const session = server.http("/fleeting_heartbeat");
    const waiting = await session.attached(jsonp);
    // A script element cannot be taken back: its connection stays.
    const [close, ...others] = await server.closed(session.id);
    assertEquals([close?.code, close?.wasClean, others], [1006, false, []]);
    assertEquals(await waiting.only(), "h");
    await session.open(jsonp);
  },
  { waits: true },
);
