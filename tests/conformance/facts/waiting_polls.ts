/** Section 6: polls that wait for a message. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { polls } from "../../support/receiving_transports.ts";

for (const transport of polls) {
  fact("6", `${transport.name}: as long as a poll waits, not a byte comes`, async (server) => {
    const session = server.http("/echo");
    const waiting = await session.attached(transport);
    const clock = await server.websocketSession("/heartbeat");
    const byte = waiting.connection.reader.exactly(1).then(() => "a byte");
    for (let beats = 0; beats < 3; beats++) {
      assertEquals(await Promise.race([byte, clock.message()]), "h");
    }
    await session.send("x");
    assertEquals(await byte, "a byte");
  }, {
    skip: { deno: "tells of a client that is gone only where an answer has begun" },
  });
}
