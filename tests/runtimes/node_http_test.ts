/**
 * Tests what this project relies on, or works around, in `node:http` and `ws`; see also
 * `probes_test.ts`.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { type RuntimeName, scriptCommand } from "../../scripts/runtimes.ts";

/** What a probe sees; on Bun it may be something else. */
interface Row {
  says: string;
  place: string;
  sees: unknown;
  onBun?: unknown;
}

const rows: Readonly<Record<string, Row>> = {
  chunksOfATurn: {
    says: "each write of a turn is a chunk of its own",
    place: "src/runtimes/node/sink.ts",
    sees: true,
  },
  ownChunks: {
    says:
      "an answer whose chunks are switched off after its head is sent as it is written; not on Bun",
    place: "src/runtimes/node/internals.ts",
    sees: true,
    onBun: false,
  },
  ownFrames: {
    says: "frames that are written to the socket of a websocket arrive between its own",
    place: "src/runtimes/node/ws_internals.ts",
    sees: true,
  },
  upgradeAsRequest: {
    says: "an upgrade is a request where nobody listens for upgrades",
    place: "src/adapters/node.ts",
    sees: true,
  },
  endAfterUpgrade: {
    says: "nothing ends the socket of an upgrade when its client does",
    place: "src/runtimes/node/exchange.ts",
    sees: { ended: true, destroyed: false },
  },
  closeOfAnAnswer: {
    says: "an answer that has not begun closes when its client goes",
    place: "src/runtimes/node/sink.ts",
    sees: { finished: false },
  },
  tooLong: {
    says: "a message that is too long is closed with a code alone; Bun does not ask us",
    place: "src/runtimes/node/ws_internals.ts",
    sees: { code: "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", closings: [[1009]] },
    onBun: { code: "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", closings: [] },
  },
  drain: {
    says: "the socket of a websocket drains; Bun does not say so",
    place: "src/runtimes/node/ws_socket.ts",
    sees: true,
    onBun: false,
  },
  fragments: {
    says: "what reads a websocket keeps fragments in a list, and calls for each; Bun has no such",
    place: "src/runtimes/node/ws_internals.ts",
    sees: { count: 1, fin: false },
    onBun: "none",
  },
  unfinishedResponse: {
    says:
      "an upgrade comes behind a request without a response, and its socket has that; not on Bun",
    place: "src/runtimes/node/internals.ts",
    sees: [false, true],
    onBun: "nothing",
  },
  queuedResponse: {
    says: "a response that waits behind another has no socket",
    place: "src/runtimes/node/internals.ts",
    sees: [false, true],
  },
  putBack: {
    says: "a server reads what was put back into the socket of an upgrade as a request",
    place: "src/runtimes/node/internals.ts",
    sees: "1",
  },
  replacedHeaders: {
    says: "the headers of a request can be replaced; not on Bun",
    place: "src/runtimes/node/internals.ts",
    sees: true,
    onBun: false,
  },
};

const script = new URL("./node_http.ts", import.meta.url);

async function observe(runtime: RuntimeName): Promise<Record<string, unknown> | undefined> {
  const [program, ...args] = await scriptCommand(runtime, script) ?? [];
  if (program === undefined && Deno.env.get("CI") !== "true") return undefined;
  assert(program !== undefined, `${runtime} is not here`);
  const { stdout, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(20_000),
  }).output();
  const decoder = new TextDecoder();
  assertEquals(decoder.decode(stderr), "");
  return JSON.parse(decoder.decode(stdout));
}

for (const runtime of ["deno", "bun", "node20", "node22", "node24"] as const) {
  Deno.test(`probe of node:http on ${runtime}: all are as expected`, async () => {
    const seen = await observe(runtime);
    if (seen === undefined) return console.log(`${runtime} is not on this machine: not probed`);
    for (const [name, { says, place, sees, onBun }] of Object.entries(rows)) {
      const expected = runtime === "bun" && onBun !== undefined ? onBun : sees;
      assertEquals({ says, place, sees: seen[name] }, { says, place, sees: expected });
    }
    assertEquals(Object.keys(seen), Object.keys(rows));
  });
}
