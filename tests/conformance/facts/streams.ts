/** Section 6: the chunks of the streaming transports. */

import { assertEquals, assertMatch } from "@std/assert";
import { fact } from "../../support/fact.ts";
import {
  asciiJson,
  closeFrame,
  everyCodeUnit,
  messageFrame,
} from "../../support/reference_frame.ts";
import {
  type ReceivingTransport,
  receivingTransports,
  streams,
} from "../../support/receiving_transports.ts";
import type { TestServer } from "../../support/test_server.ts";

/** The chunks of a whole response, the prelude taken off and checked. */
async function chunksOf(
  server: TestServer,
  transport: ReceivingTransport,
  session: string,
): Promise<string[]> {
  const { method, path, prelude } = transport;
  const { chunks = [] } = await server.request({ method, path: `${session}/${path}` });
  assertMatch(chunks[0] ?? "", prelude ?? /^$/);
  return chunks.slice(1);
}

for (const transport of streams) {
  const { name, protocol, framed } = transport;
  const close = closeFrame(3000, "Go away!");

  fact("6", `${name}: prelude, open frame and close frame are three chunks`, async (server) => {
    const session = server.http("/close").base;
    for (const frames of [["o", close], [close], [close]]) {
      assertEquals(await chunksOf(server, transport, session), frames.map(framed));
    }
  });

  fact("6", `${name}: all that one turn brings leaves chunk by chunk`, async (server) => {
    const session = server.http("/limited_command");
    const stream = await session.open(transport);
    await session.send(JSON.stringify({ write: ["x", "y"], close: [3000, "Go away!"] }));
    assertEquals(await stream.frame(), `a["x","y"]`);
    assertEquals(await stream.only(), close);
  });

  fact("6", `${name}: a message of the application follows the open frame`, async (server) => {
    const session = server.http("/welcome");
    const stream = await session.open(transport);
    assertEquals(await stream.frame(), `a["welcome"]`);
    assertEquals(await server.opened(session.id), [{ service: "/welcome", protocol }]);
  });

  fact("6", `${name}: frame after frame, each comes when it is due`, async (server) => {
    const session = server.http("/echo");
    const stream = await session.open(transport);
    for (const message of ["x", "", "y\n", `"z"`, "%41</script>"]) {
      await session.send(message);
      assertEquals(await stream.frame(), messageFrame(message));
    }
  });

  fact("6", `${name}: messages written in one turn are one frame`, async (server) => {
    const session = server.http("/echo");
    const stream = await session.open(transport);
    await session.send("x", "y", "z");
    assertEquals(await stream.frame(), `a["x","y","z"]`);
    const other = server.http("/command");
    const command = await other.open(transport);
    await other.send(JSON.stringify({ write: ["x", "y"] }), JSON.stringify({ write: ["z"] }));
    assertEquals(await command.frame(), `a["x","y","z"]`);
  });

  for (const length of [30_000, 60_000]) {
    const skip = length > 0x8000 ? { deno: "cuts chunks at 64 KiB" } : {};
    fact("6", `${name}: a frame of ${length} characters is one chunk`, async (server) => {
      const session = server.http("/command");
      const stream = await session.open(transport);
      const message = "\u00e9".repeat(length);
      await session.send(JSON.stringify({ write: [message] }));
      assertEquals(await stream.frame(), messageFrame(message));
      await session.send(JSON.stringify({ write: ["x"] }));
      assertEquals(await stream.frame(), `a["x"]`);
    }, { skip });
  }

  fact(
    "6",
    `${name}: what a timer of the application brings leaves chunk by chunk`,
    async (server) => {
      const session = server.http("/command");
      const stream = await session.open(transport);
      await session.send(JSON.stringify({ later: { write: ["x"], close: [3000, "Go away!"] } }));
      assertEquals(await stream.frame(), `a["x"]`);
      assertEquals(await stream.only(), close);
    },
  );
}

for (const transport of receivingTransports) {
  fact("6", `${transport.name}: every code unit comes back`, async (server) => {
    const session = server.http("/echo");
    let response = await session.open(transport);
    for (const message of everyCodeUnit()) {
      assertEquals((await session.sendRaw(asciiJson([message]))).status, 204);
      let frame = await response.next();
      if (frame === undefined) {
        response = await session.ask(transport);
        frame = await response.frame();
      }
      assertEquals(frame, messageFrame(message));
    }
  });
}

/** Texts that a client has to decode twice, or that a parser might stumble over. */
const texts = [
  ...["100%", "%41", "%zz", "%", "%%", "%25", "%2525", "%u0041", "%E4%BD"],
  ...[" leading", "  x  ", "\r\n", "\n\n", "\r", "\u0000", "data: x\n\nevent: y\n\n", ":x"],
  ...["</script>", "<!--", "<!-- <script>", "<script>", "</SCRIPT >", "-->", "<\\/x", "<", "</"],
  ...[`");//`, `\\");`, "*/", "/**/", "\u2028\u2029", "'", `"`, "\\", "\\u003c/script>"],
];

for (const transport of receivingTransports) {
  fact("6", `${transport.name}: texts that look like its framing come back`, async (server) => {
    for (const text of texts) {
      const session = server.http("/echo");
      const response = await session.attached(transport);
      await session.send(text);
      const frame = await response.frame();
      assertEquals(frame, messageFrame(text));
      assertEquals(JSON.parse(frame.slice(1)), [text]);
      response.abort();

      const closing = server.http("/command");
      const last = await closing.attached(transport);
      await closing.send(JSON.stringify({ close: [3001, text] }));
      assertEquals(await last.only(), closeFrame(3001, text));
    }
  });
}
