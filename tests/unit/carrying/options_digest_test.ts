import { assert, assertEquals } from "@std/assert";
import { optionsDigest } from "../../../src/carrying/options_digest.ts";
import type { ServerOptions } from "../../../src/options/server_options.ts";
import { readOptions } from "../../../src/options/settings.ts";

const cluster = { answerTimeout: 3000, peerTimeout: 6000 };

function digest(options: ServerOptions, settings: typeof cluster = cluster): string {
  return optionsDigest(readOptions(options), settings);
}

Deno.test("the same options have the same digest, however they are written", () => {
  const usual = digest({});
  assertEquals(usual, digest({ maxMessageSize: 1024 * 1024, heartbeat_delay: 25_000 }));
  assertEquals(digest({ authorize: () => true }), digest({ authorize: () => false }));
  assertEquals(
    digest({ transports: ["xhr-polling", "websocket"] }),
    digest({ transports: ["websocket", "xhr-polling"] }),
  );
  assert(/^[0-9a-f]{8}$/.test(usual));
});

Deno.test("each option that all servers need alike changes it", () => {
  const digests = [
    digest({}),
    digest({ transports: ["websocket"] }),
    digest({ websocket: false }),
    digest({ authorize: () => true }),
    digest({ maxMessageSize: 5000 }),
    digest({ maxBufferedBytes: 5000 }),
    digest({ highWaterMark: 5000 }),
    digest({ responseLimit: 5000 }),
    digest({ responseTimeLimit: 5000 }),
    digest({ heartbeatDelay: 5001 }),
    digest({ disconnectDelay: 5001 }),
    digest({}, { ...cluster, answerTimeout: 5000 }),
    digest({}, { ...cluster, peerTimeout: 5000 }),
  ];
  assertEquals(new Set(digests).size, digests.length);
});

Deno.test("what may differ from process to process does not", () => {
  const others = { maxSessions: 5, maxTotalBufferedBytes: 5000, log: () => {}, prefix: "/other" };
  assertEquals(digest(others), digest({}));
});
