import { assertEquals, assertThrows } from "@std/assert";
import {
  type ServerOptions,
  webOptions,
} from "../../src/adapters/sockjs_node/sockjs_node_options.ts";
import { ErrorReporter } from "../../src/server/error_reporter.ts";
import { Emitter } from "../../src/connection/emitter.ts";
import { readOptions } from "../../src/options/settings.ts";

const faults = new ErrorReporter(new Emitter<{ error: [error: unknown] }>(), () => {});

function read(...layers: Record<string, unknown>[]) {
  return webOptions(layers as ServerOptions[], faults) as Record<string, unknown>;
}

const subprotocols = ["v12.stomp"];

Deno.test("options are converted as in sockjs-node", () => {
  const facts: [name: string, given: unknown, taken: unknown][] = [
    ["websocket", 0, false],
    ["websocket", 1, true],
    ["disable_cors", "yes", true],
    ["jsessionid", "", false],
    ["jsessionid", 1, true],
    ["response_limit", "4096", 4096],
    ["response_limit", 0, Number.MAX_SAFE_INTEGER],
    ["heartbeat_delay", "25000", 25000],
    ["disconnect_delay", 0, 1],
    ["disconnect_delay", Infinity, 2 ** 31 - 1],
    ["prefix", "[/]echo", "[/]echo"],
    ["subprotocols", subprotocols, subprotocols],
  ];
  for (const [name, given, taken] of facts) {
    assertEquals(read({ [name]: given })[name], taken, `${name}: ${given}`);
    readOptions(read({ [name]: given }));
  }
});

Deno.test("null and undefined are no values, and overshadow nothing", () => {
  assertEquals(read({ prefix: "/a", log: null }, { prefix: undefined, jsessionid: null }), {
    prefix: "/a",
  });
});

Deno.test("later options overshadow earlier ones", () => {
  assertEquals(read({ prefix: "/a", websocket: true }, { prefix: "/b", response_limit: 1 }), {
    prefix: "/b",
    websocket: true,
    response_limit: 1,
  });
});

Deno.test("a function for jsessionid is not called for a request that is not Node's", () => {
  let calls = 0;
  const { jsessionid } = read({ jsessionid: () => calls++ });
  assertEquals((jsessionid as (request: Request) => unknown)(new Request("http://a/")), undefined);
  assertEquals(calls, 0);
});

Deno.test("a delay that is no number is refused as it was given", () => {
  assertThrows(() => readOptions(read({ heartbeat_delay: "25s" })), TypeError, 'got "25s"');
});

Deno.test("an option that there is not is ignored, with the nearest name in the log", () => {
  const logged: string[] = [];
  const emitter = new Emitter<{ error: [error: unknown] }>();
  const faults = new ErrorReporter(emitter, (_severity, message) => logged.push(message));
  assertEquals(webOptions([{ heartbeat_dely: 1, cors: true } as ServerOptions], faults), {});
  assertEquals(logged, [
    "Unknown option heartbeat_dely is ignored; did you mean heartbeat_delay?",
    "Unknown option cors is ignored",
  ]);
});
