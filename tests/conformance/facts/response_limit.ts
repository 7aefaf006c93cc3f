/** Section 6: a stream ends after a number of bytes, and no message is lost. */

import { assertEquals } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { closeFrame, messageFrame } from "../../support/reference_frame.ts";
import { type ReceivingTransport, streams } from "../../support/receiving_transports.ts";

/** What the services here have. */
const limit = 4096;

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** A message of which the frame, as it is sent, has so many bytes. */
function messageFor({ framed }: ReceivingTransport, size: number, filling: string): string {
  const left = size - bytes(framed(messageFrame("")));
  const width = bytes(framed(messageFrame(filling))) - bytes(framed(messageFrame("")));
  const message = filling.repeat(Math.floor(left / width)) + "x".repeat(left % width);
  assertEquals(bytes(framed(messageFrame(message))), size);
  return message;
}

const fillings: Record<string, string> = {
  "ASCII": "x",
  "characters of two bytes": "\u00e9",
  "characters of three bytes": "\u20ac",
  "characters of four bytes, which are escaped": "\u{1f600}",
  "percent signs": "%",
  "quotes": `"`,
};

for (const transport of streams) {
  const { name, framed } = transport;
  const left = limit - bytes(framed("o"));

  for (const [kind, filling] of Object.entries(fillings)) {
    fact("6", `${name}: ends at the limit with ${kind}, and not a byte before`, async (server) => {
      const session = server.http("/echo");
      const exact = await session.open(transport);
      const message = messageFor(transport, left, filling);
      await session.send(message);
      assertEquals(await exact.only(), messageFrame(message));

      const other = server.http("/echo");
      const below = await other.open(transport);
      const shorter = messageFor(transport, left - 1, filling);
      await other.send(shorter);
      assertEquals(await below.frame(), messageFrame(shorter));
      await other.send("x");
      assertEquals(await below.only(), `a["x"]`);
    });
  }

  fact("6", `${name}: the frame that passes the limit is whole`, async (server) => {
    const session = server.http("/echo");
    const stream = await session.open(transport);
    const message = "x".repeat(3 * limit);
    await session.send(message);
    assertEquals(await stream.only(), messageFrame(message));
  });

  fact("6", `${name}: every response has the whole limit`, async (server) => {
    const session = server.http("/echo");
    const first = await session.open(transport);
    await session.send("x".repeat(limit));
    assertEquals(await first.only(), messageFrame("x".repeat(limit)));
    const second = await session.pending(transport);
    const message = messageFor(transport, limit - 1, "x");
    await session.send(message);
    assertEquals(await second.frame(), messageFrame(message));
    await session.send("y");
    assertEquals(await second.only(), `a["y"]`);
  });

  fact("6", `${name}: many small frames reach the limit too`, async (server) => {
    const session = server.http("/echo");
    const stream = await session.open(transport);
    let total = bytes(framed("o"));
    while (total < limit) {
      await session.send("0123456789".repeat(30));
      total += bytes(framed(await stream.frame()));
    }
    await stream.ended();
  });

  fact("6", `${name}: no message is lost or repeated between two responses`, async (server) => {
    const session = server.http("/echo");
    let stream = await session.open(transport);
    const count = 300;
    const sending = (async () => {
      const connection = await server.connect();
      for (let sent = 0; sent < count; sent++) {
        const body = JSON.stringify([`${sent} ${"x".repeat(sent * 7 % 900)}`]);
        const path = `${session.base}/xhr_send`;
        assertEquals((await connection.exchange({ method: "POST", path, body })).status, 204);
      }
    })();
    const got: number[] = [];
    let responses = 1;
    while (got.length < count) {
      const frame = await stream.next();
      if (frame === undefined) {
        stream = await session.ask(transport);
        responses++;
        continue;
      }
      const messages: string[] = JSON.parse(frame.slice(1));
      got.push(...messages.map((message) => parseInt(message)));
    }
    await sending;
    assertEquals(got, Array.from({ length: count }, (_, index) => index));
    assertEquals(responses > 10, true, "hardly a seam was crossed");
    assertEquals((await server.opened(session.id)).length, 1);
  });

  fact("6", `${name}: the default limit is 131072 bytes`, async (server) => {
    const session = server.http("/disabled_websocket_echo");
    const stream = await session.open(transport);
    // In pieces: Deno cuts what is longer than 64 KiB.
    const whole = 131_072 - 1 - bytes(framed("o"));
    for (const size of [50_000, 50_000, whole - 100_000]) {
      const message = messageFor(transport, size, "x");
      await session.send(message);
      assertEquals(await stream.frame(), messageFrame(message));
    }
    await session.send("x");
    assertEquals(await stream.only(), `a["x"]`);
  });

  fact(
    "6",
    `${name}: a close frame above the limit ends that response only`,
    async (server) => {
      // What is left may be less than the close frame, or just as much.
      const frame = closeFrame(3000, "Go away!");
      for (const left of [1, bytes(framed(frame)) - 1, bytes(framed(frame))]) {
        const session = server.http("/limited_command");
        const stream = await session.open(transport);
        const message = messageFor(transport, limit - bytes(framed("o")) - left, "x");
        await session.send(JSON.stringify({ write: [message] }));
        assertEquals(await stream.frame(), messageFrame(message));
        await session.send(JSON.stringify({ close: [3000, "Go away!"] }));
        assertEquals(await stream.only(), frame);
        assertEquals(await (await session.ask(transport)).only(), frame);
      }
      await server.roundTrip();
    },
  );

  fact("6", `${name}: a close after the limit waits for the next response`, async (server) => {
    const session = server.http("/limited_command");
    const stream = await session.open(transport);
    const message = "x".repeat(limit);
    await session.send(JSON.stringify({ write: [message], close: [3000, "Go away!"] }));
    assertEquals(await stream.only(), messageFrame(message));
    assertEquals(await (await session.ask(transport)).only(), closeFrame(3000, "Go away!"));
  });
}
