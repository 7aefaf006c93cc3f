/** Section 6: frames as a browser parses them from scripts and server-sent events. */

import { assertEquals, assertMatch } from "@std/assert";
import { fact } from "../../support/fact.ts";
import { asciiJson, everyCodeUnit, messageFrame } from "../../support/reference_frame.ts";
import { argumentOfCall, eventsource, htmlfile } from "../../support/receiving_transports.ts";
import type { TestServer } from "../../support/test_server.ts";

/** The data of the events in a text, as the HTML standard reads them. */
function eventData(text: string): string[] {
  const events: string[] = [];
  let data: string[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (line === "") {
      if (data.length > 0) events.push(data.join("\n"));
      data = [];
    } else if (field === "data") {
      data.push(value);
    } else {
      throw new Error(`A client ignores ${JSON.stringify(line)}`);
    }
  }
  return events;
}

/** The chunk that brings a message back. */
async function echoed(server: TestServer, transport: typeof htmlfile, message: string) {
  const session = server.http("/echo");
  const stream = await session.open(transport);
  assertEquals((await session.sendRaw(asciiJson([message]))).status, 204);
  const chunk = await stream.connection.chunk() ?? "";
  stream.abort();
  return chunk;
}

const messages = [
  ...everyCodeUnit(),
  ...[
    "100%",
    "%41",
    "%zz",
    "%25",
    "%%",
    "%E4%BD%A0",
    "%C3",
    "  two spaces",
    "\r\n\r\n",
    "\n\ndata: x",
  ],
  ...[
    "</script>",
    "</SCRIPT\n>",
    "<!--<script>",
    "<!--",
    "-->",
    "</",
    "<",
    "<<//",
    "\\</script>",
    "<\u0000/",
  ],
];

fact("6", "eventsource: each frame is one event, which decodeURI gives back", async (server) => {
  for (const message of messages) {
    const chunk = await echoed(server, eventsource, message);
    const [data = "", ...others] = eventData(chunk);
    assertEquals(others, []);
    assertEquals(decodeURI(data), messageFrame(message));
    assertEquals(JSON.parse(decodeURI(data).slice(1)), [message]);
    // Percent signs are encoded, and nothing else.
    assertEquals(data, messageFrame(message).replace(/%/g, "%25"));
  }
});

fact("6", "htmlfile: each frame is one script, which nothing in it ends", async (server) => {
  for (const message of messages) {
    const chunk = await echoed(server, htmlfile, message);
    assertMatch(chunk, /^<script>\np\(".*"\);\n<\/script>\r\n$/s);
    const script = chunk.slice("<script>".length, -"</script>\r\n".length);
    assertEquals(script.match(/<\/|<!--/), null);
    assertEquals(argumentOfCall(script, "p"), messageFrame(message));
  }
});

fact("6", "htmlfile: a close reason does not end the script either", async (server) => {
  const session = server.http("/command");
  const stream = await session.open(htmlfile);
  await session.send(JSON.stringify({ close: [3001, "</script><!--"] }));
  const chunk = await stream.connection.chunk() ?? "";
  assertEquals(chunk, `<script>\np("c[3001,\\"\\u003c/script>\\u003c!--\\"]");\n</script>\r\n`);
});
