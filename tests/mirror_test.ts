/**
 * Checks that `tests/unit` has the folders of `src`, and a test for each of its files.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";

const root = new URL("../", import.meta.url);
const end = "_test.ts";

/** All files below a folder, by their paths there. */
async function filesBelow(folder: string, path = ""): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(`${folder}/${path}`, root))) {
    if (isDirectory) found.push(...await filesBelow(folder, `${path}${name}/`));
    else found.push(path + name);
  }
  return found;
}

const sources = (await filesBelow("src")).filter((path) => path.endsWith(".ts"))
  .map((path) => path.slice(0, -".ts".length));
const tests = (await filesBelow("tests/unit")).filter((path) => path.endsWith(end))
  .map((path) => path.slice(0, -end.length));

/** The source file that a test is named for; a file with several tests has more words behind it. */
function sourceOf(test: string): string | undefined {
  return sources.filter((source) => test === source || test.startsWith(`${source}_`))
    .sort((one, other) => other.length - one.length)[0];
}

/**
 * Source files without a test of their name, by what there is instead: the reason why there is
 * nothing to test, or the test that looks at them.
 */
const withoutTest: Readonly<Record<string, readonly string[]>> = {
  "tests/unit/cluster/bus_suite_test.ts": [
    "cluster/bus_suite/suite_context",
    "cluster/bus_suite/claim_tests",
    "cluster/bus_suite/interruption_tests",
    "cluster/bus_suite/message_tests",
  ],
  "types only": [
    "cluster/bus",
    "cluster/redis_bus/redis_adapter",
    "cluster/nats_bus/nats_client",
    "options/option_functions",
    "options/server_options",
    "options/spellings",
    "server/server_events",
    "runtimes/node/types",
    "routing/carrier",
    "session/receiver",
    "session/application",
    "transports/transport",
  ],
  "constants": ["protocol/ready_state", "protocol/transport_names", "transports/lines"],
  "wiring": ["transports/all"],
  "tests/conformance/facts/websocket_messages.ts": [
    "transports/websocket",
    "transports/raw_websocket",
  ],
  "tests/conformance/facts/websocket_handshakes.ts": ["transports/routes/upgrade"],
  "tests/conformance/facts/markup_and_events.ts": [
    "transports/eventsource",
    "transports/htmlfile",
  ],
  "tests/conformance/facts/streams.ts": ["transports/xhr_streaming"],
  "tests/conformance/facts/frames.ts": ["transports/xhr_polling"],
  "tests/conformance/facts/jsonp_sends.ts": ["transports/jsonp_polling"],
  "tests/conformance/facts/sends.ts": ["transports/routes/xhr_send"],
  "tests/conformance/facts/greeting_and_info.ts": ["pages/greeting", "pages/info"],
  "tests/unit/transports/receivers/stream_receiver_test.ts": ["transports/receivers/web_sink"],
  "tests/unit/transports/routes/downstream_test.ts": ["transports/receivers/poll_receiver"],
  "tests/unit/transports/routes/upstream_test.ts": ["session/upload"],
  "tests/unit/connection/connection_events_test.ts": ["connection/emitter"],
  "tests/unit/connection/connection_write_test.ts": ["connection/drain"],
  "tests/unit/connection/connection_iterator_test.ts": ["connection/inbox"],
  "tests/unit/connection/connection_test.ts": ["routing/call"],
  "tests/unit/runtimes/bun_test.ts": ["runtimes/bun_websockets"],
  "tests/unit/carrying/server_link_test.ts": [
    "carrying/owed_ack",
    "carrying/incoming_pieces",
    "carrying/link_owner",
    "carrying/link_timer",
    "carrying/outgoing_pieces",
    "carrying/signs_of_life",
  ],
  "tests/unit/carrying/ownership_test.ts": ["carrying/own_claims", "carrying/claim_releases"],
  "tests/unit/carrying/carrying_test.ts": [
    "carrying/interruption_response",
    "carrying/carried_receive",
    "carrying/carried_exchanges",
    "carrying/carrying_host",
    "carrying/carried_send",
    "server/shared_sessions",
  ],
  "tests/cluster/": [
    "adapters/cluster",
    "adapters/redis",
    "cluster/redis_bus/ioredis",
    "cluster/redis_bus/node_redis",
    "adapters/nats",
    "cluster/local_bus/member_link",
    "cluster/local_bus/local_bus",
    "cluster/local_bus/own_socket",
    "cluster/local_bus/registry",
    "cluster/worker_number",
  ],
  "tests/unit/cluster/cluster_topics_test.ts": ["cluster/gaps"],
  "tests/unit/server/server_test.ts": ["server/responder"],
  "tests/hono/": ["adapters/hono", "adapters/hono_node_server"],
  "tests/node/": ["adapters/node_handler"],
  "tests/sockjs_node/": [
    "adapters/sockjs_node",
    "adapters/sockjs_node/call_safely",
    "adapters/sockjs_node/cookie_function",
    "adapters/sockjs_node/drop_in_server",
    "adapters/sockjs_node/faye_options",
    "adapters/sockjs_node/message_event",
    "adapters/sockjs_node/option_values",
    "adapters/sockjs_node/service_paths",
    "adapters/sockjs_node/emit",
    "adapters/sockjs_node/inner_keys",
    "adapters/sockjs_node/legacy_stream",
    "adapters/sockjs_node/old_internals/old_listener",
    "adapters/sockjs_node/old_internals/old_receiver",
    "adapters/sockjs_node/old_internals/old_server",
    "adapters/sockjs_node/old_internals/old_transport",
    "adapters/sockjs_node/receiving_request",
    "adapters/sockjs_node/sockjs_node_options",
    "adapters/sockjs_node/stream_connection",
  ],
  "tests/unit/adapters/served_client_test.ts": [
    "adapters/served_client/source",
    "adapters/served_client/source_on_node",
  ],
};

Deno.test("every unit test is named for a source file, in the folder of that file", () => {
  assert(tests.length > 60, `only ${tests.length} tests were looked at`);
  assertEquals(tests.filter((test) => sourceOf(test) === undefined), []);
});

Deno.test("every source file has a unit test of its name, or a reason in a list", () => {
  const tested = new Set(tests.map(sourceOf));
  const untested = sources.filter((source) => !tested.has(source));
  assertEquals(untested.sort(), Object.values(withoutTest).flat().sort());
});

Deno.test("the tests that the list names exist", async () => {
  for (const path of Object.keys(withoutTest)) {
    if (path.includes("/")) await Deno.stat(new URL(path, root));
  }
});
