/** Section 5: what a client receives after `close(code, reason)`, over every HTTP transport. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { closeFrame } from "../../support/reference_frame.ts";
import { jsonp, receivingTransports } from "../../support/receiving_transports.ts";

const goAway = closeFrame(3000, "Go away!");
const closed = { code: 3000, reason: "Go away!", wasClean: true };

for (const transport of receivingTransports) {
  const { name, prelude } = transport;

  fact("5", `${name}: every receiver gets the same close frame for a while`, async (server) => {
    const session = server.http("/close");
    await session.open(transport);
    for (const next of [transport, ...receivingTransports, transport]) {
      assertEquals(await (await session.ask(next)).only(), goAway);
    }
    assertEquals(await server.closed(session.id), [closed]);
    // To a closed session, sends are taken and dropped.
    await session.send("x");
    assertEquals((await session.sendJsonp(`["x"]`)).status, 200);
    assertEquals(await (await session.ask(transport)).only(), goAway);
  });

  fact("5", `${name}: a closed session's id is free in the end`, async (server) => {
    const session = server.http("/fleeting_close");
    await session.open(transport);
    assertEquals(await (await session.ask(transport)).only(), goAway);
    await server.disconnectDelays(2);
    await session.open(transport);
    assertEquals((await server.opened(session.id)).length, 2);
    assertEquals((await server.closed(session.id))[0], closed);
  }, { waits: true });

  fact("5", `${name}: the close comes after what was written`, async (server) => {
    const session = server.http("/command");
    let response = await session.attached(transport);
    await session.send(
      JSON.stringify({ write: ["x", "y"], close: [3000, "Go away!"] }),
      JSON.stringify({ write: ["too late"] }),
    );
    assertEquals(await response.frame(), `a["x","y"]`);
    if (prelude === undefined) response = await session.ask(transport);
    assertEquals(await response.only(), goAway);
    assertEquals(await server.closed(session.id), [closed]);
    assertEquals(await (await session.ask(transport)).only(), goAway);
  });

  fact("5", `${name}: a later response has the messages and the close`, async (server) => {
    const session = server.http("/command");
    await (await session.open(jsonp)).ended();
    await session.send(JSON.stringify({ write: ["x"], close: [3000, "Go away!"] }));
    let response = await session.ask(transport);
    assertEquals(await response.frame(), `a["x"]`);
    if (prelude === undefined) response = await session.ask(transport);
    assertEquals(await response.only(), goAway);
  });

  fact("5", `${name}: close() without arguments is 1000`, async (server) => {
    const session = server.http("/command");
    const response = await session.attached(transport);
    await session.send(JSON.stringify({ close: [] }));
    assertEquals(await response.only(), closeFrame(1000, "Normal closure"));
  });

  fact("5", `${name}: a listener that throws closes its own session`, async (server) => {
    const session = server.http("/command");
    const response = await session.attached(transport);
    await session.send(JSON.stringify({ throws: `thrown for ${session.id}` }));
    assertEquals(JSON.parse((await response.only()).slice(1))[0], 1011);
    const [close, ...others] = await server.closed(session.id);
    assertEquals([close?.code, others], [1011, []]);
    const errors = await server.errors("/command");
    assertEquals(errors.includes(`thrown for ${session.id}`), true);
  });
}
