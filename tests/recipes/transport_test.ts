/** A transport is a name, a file and a line in the list. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { ScratchCopy } from "./scratch_copy.ts";

const names = "src/protocol/transport_names.ts";
const file = "src/transports/ndjson.ts";
const list = "src/transports/all.ts";
const switchedOn = "tests/support/access.ts";
const expectation = "tests/support/receiving_transports.ts";

/** Frames as strings of JSON, one a line. */
const source = `
import { crossOriginHeaders, streamed } from "../routing/route.ts";
import { downstreamRoute } from "./routes/downstream.ts";
import { xhrSend } from "./routes/xhr_send.ts";
import type { Transport } from "./transport.ts";

const framing = { prelude: "\\n", encode: (frame: string) => JSON.stringify(frame) + "\\n" };

export const ndjson: Transport = {
  endpoints: {
    ndjson: downstreamRoute({
      protocol: "ndjson",
      method: "POST",
      contentType: "application/x-ndjson",
      headers: (call) => streamed(crossOriginHeaders(call)),
      framing: () => framing,
    }),
    xhr_send: xhrSend,
  },
};
`;

const addName = async (copy: ScratchCopy) => {
  await copy.insert(names, `  | "eventsource"`, `  | "ndjson"\n`);
  await copy.insert(names, `  "eventsource": {`, `  "ndjson": {},\n`);
};
const addLine = async (copy: ScratchCopy) => {
  await copy.insert(list, "import { eventsource }", `import { ndjson } from "./ndjson.ts";\n`);
  await copy.insert(list, `  "eventsource": eventsource`, `  "ndjson": ndjson,\n`);
};

Deno.test("a transport is a name, a file and a line, and serves sessions then", async () => {
  await using copy = await ScratchCopy.make();
  await addName(copy);
  await copy.add(file, source);
  await addLine(copy);
  assertEquals(await copy.check("mod.ts"), "");

  await copy.insert(
    expectation,
    "/** Those whose response takes many frames. */",
    `const ndjson: ReceivingTransport = {
  name: "ndjson",
  protocol: "ndjson",
  method: "POST",
  path: "ndjson",
  contentType: "application/x-ndjson",
  prelude: /^\\n$/,
  framed: (frame) => JSON.stringify(frame) + "\\n",
  unframed: (text) => JSON.parse(text),
};
`,
  );
  await copy.insert(expectation, "xhrStreaming, eventsource, htmlfile];", "ndjson, ");
  await copy.insert(switchedOn, `  "eventsource",`, `  "ndjson",\n`);
  assertEquals(await copy.unnamed("A transport"), []);
  const files = [
    "streams",
    "transport_headers",
    "stream_receivers",
    "stream_closing",
    "switched_off",
  ];
  const held = await copy.holdFacts("deno", "ndjson", ...files);
  assert(held > 5, `only ${held} facts have looked at the transport`);
});

Deno.test("a transport's name without its line is an error of types", async () => {
  await using copy = await ScratchCopy.make();
  await addName(copy);
  assertStringIncludes(await copy.check("mod.ts"), `Property 'ndjson' is missing`);
});
