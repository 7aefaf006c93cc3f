/**
 * The programs of `project/`, and where ours may differ from the original with them.
 *
 * @module
 */

import type { RuntimeName } from "../../scripts/runtimes.ts";
import type { Differences, Facts } from "./facts.ts";

/** A script that prints facts. */
export interface Program {
  readonly name: string;
  readonly script: string;
  /** Those on which ours is tried. The original is tried on Node 24. */
  readonly runtimes: readonly RuntimeName[];
  /** The release that ours is compared to, or what must be found where none runs it. */
  readonly original: string | Facts;
  readonly differences?: Differences;
  /** What does not work with the original either, by runtime. */
  readonly skipped?: Readonly<Partial<Record<RuntimeName, readonly string[]>>>;
}

const everywhere: readonly RuntimeName[] = ["node20", "node24", "deno", "bun"];
const latest = "sockjs 0.3.24";

/** What `ws` agrees to. It names its window also to clients that do not ask, who understand it. */
const agreed: Readonly<Record<string, string>> = {
  "permessage-deflate": "server_max_window_bits=9; server_no_context_takeover",
  "permessage-deflate; client_max_window_bits":
    "server_max_window_bits=9; server_no_context_takeover",
  "permessage-deflate; server_no_context_takeover; client_no_context_takeover":
    "client_no_context_takeover; server_max_window_bits=9; server_no_context_takeover",
  "x-other, permessage-deflate": "server_max_window_bits=9; server_no_context_takeover",
};

export const programs: readonly Program[] = [
  { name: "sockjs-client", script: "clients.cjs", runtimes: everywhere, original: latest },
  {
    name: "Meteor's calls",
    script: "meteor.cjs",
    runtimes: everywhere,
    original: latest,
    differences: Object.fromEntries(
      Object.entries(agreed).map(([offer, parameters]) => [
        `what is agreed for the offer "${offer}"`,
        { ours: `permessage-deflate; ${parameters}`, line: "Another websocket library is used." },
      ]),
    ),
  },
  {
    name: "Primus",
    script: "primus.cjs",
    // Deno cannot run Primus itself.
    runtimes: ["node20", "node24", "bun"],
    original: latest,
    // The client breaks such messages.
    skipped: { bun: ["a message of 9 MB is below the default of maxLength"] },
  },
  {
    name: "shoe",
    script: "shoe.cjs",
    runtimes: everywhere,
    original: "sockjs 0.3.7",
    differences: {
      "log lines are an event": { ours: ["debug"], line: "gets a line for each kind of refusal" },
    },
  },
  {
    name: "@teamplay/channel",
    script: "channel.mjs",
    runtimes: everywhere,
    // It needs a commit of sockjs-node that npm does not have.
    original: {
      "the stock client talks through it": {
        echo: { hello: 1 },
        id: 32,
        protocol: "xhr-polling",
        end: { code: 3001, reason: "done", wasClean: true },
      },
      "each of 50 clients that come at once has its own request": { own: 50, ids: 50 },
      "only the transport that it asks for is served": {
        websocket: false,
        statuses: {
          "xhr": 200,
          "xhr_streaming": 404,
          "eventsource": 404,
          "htmlfile?c=x": 404,
          "jsonp?c=x": 404,
        },
      },
      "other paths go on to the application": "The page",
      "a client that may not come gets 403": {
        status: 403,
        text: "Unauthorized channel connection",
      },
      "a client that the backend rejects is closed": ["o\n", 'c[1001,"full"]\n'],
    },
  },
  { name: "stomp-broker-js", script: "stomp.cjs", runtimes: everywhere, original: latest },
  { name: "connections", script: "connections.cjs", runtimes: everywhere, original: latest },
  {
    name: "large messages",
    script: "large.cjs",
    runtimes: ["node24", "deno", "bun"],
    original: latest,
    // The client breaks such messages.
    skipped: {
      bun: [
        "websocket: 20 MB in one message reach the client",
        "websocket: a client's message of 5 MB arrives",
      ],
    },
  },
];
