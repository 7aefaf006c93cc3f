/** Tests that messages of any text come back unchanged. */

import { assertEquals } from "@std/assert";
import { onEachTransport } from "../every_transport.ts";
import type { StockClient } from "../../support/stock_client.ts";

const everyUnit = Array.from(
  { length: 0x10000 },
  (_, unit) => String.fromCharCode(unit),
);

onEachTransport("echoes every UTF-16 code unit on its own", async (stage) => {
  await using client = await stage.connect("/echo");
  await echoes(client, everyUnit);
});

onEachTransport("echoes code units in rows of 256", async (stage) => {
  await using client = await stage.connect("/echo");
  const rows = [];
  for (let first = 0; first < everyUnit.length; first += 256) {
    rows.push(everyUnit.slice(first, first + 256).join(""));
  }
  await echoes(client, rows);
});

onEachTransport("echoes surrogates in and out of pairs", async (stage) => {
  await using client = await stage.connect("/echo");
  await echoes(client, [
    "\u{10000}\u{1f600}\u{10ffff}",
    "\ude00\ud83d",
    "\ud83d\ud83d\ude00\ude00",
    "a\ud83d",
    "\ude00z",
  ]);
});

onEachTransport("echoes texts that have a meaning in other formats", async (stage) => {
  await using client = await stage.connect("/echo");
  await echoes(client, [
    "",
    " leading and trailing ",
    "line\nline\r\nline\r",
    "100%",
    "%41%zz%0A",
    `"quoted" and \\ and \\u0041`,
    "</script><!--",
    "data: x\n\ndata: y",
    "o",
    "h",
    `a["x"]`,
    `c[3000,"Go away!"]`,
    "",
  ]);
});

onEachTransport("echoes messages of 100 KB", async (stage) => {
  await using client = await stage.connect("/echo");
  const size = 100 * 1024;
  await echoes(client, ["x".repeat(size), "y".repeat(size), "z".repeat(size)]);
  // One at a time: the client escapes them to six times their size.
  for (const text of ["€", "\u{1f600}".repeat(2), "\u0000", "\udc00"]) {
    await echoes(client, [text.repeat(size / text.length)]);
  }
});

async function echoes(client: StockClient, messages: string[]): Promise<void> {
  client.send(...messages);
  const received = await client.receive(messages.length);
  // Deep equality would print all of them.
  const wrong = messages.findIndex((message, i) => message !== received[i]);
  if (wrong < 0) return;
  assertEquals(shown(received[wrong]), shown(messages[wrong]), `at ${wrong}`);
}

/** Code units as numbers, so that a failure can be read. */
function shown(message: string | undefined): string {
  const units = [...Array(Math.min(message?.length ?? 0, 300)).keys()];
  return `${message?.length} units: ` +
    units.map((at) => message?.charCodeAt(at).toString(16)).join(" ");
}
