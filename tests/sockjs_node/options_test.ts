import { assertEquals, assertThrows } from "@std/assert";
import {
  defaultOptions,
  readLayers,
  type ServerOptions,
} from "../../src/adapters/sockjs_node/sockjs_node_options.ts";
import { ErrorReporter } from "../../src/server/error_reporter.ts";
import { Emitter } from "../../src/connection/emitter.ts";
import { readOptions } from "../../src/options/settings.ts";

type Values = Record<string, unknown>;

/** Reads options, and what they make the log say. */
function readWithLog(options: Values, overrides: Values = {}) {
  const log: string[] = [];
  const errors = new ErrorReporter(
    new Emitter<{ error: [error: unknown] }>(),
    (severity, message) => log.push(`${severity} ${message}`),
  );
  const given = { ...defaultOptions, ...options } as ServerOptions;
  const { web, install, prefix } = readLayers(given, overrides as ServerOptions, errors);
  return {
    web: web as Values,
    install,
    prefix,
    settings: readOptions(web) as unknown as Values,
    log,
  };
}

function read(options: Values, overrides: Values = {}): Values {
  return readWithLog(options, overrides).web;
}

const subprotocols = ["v12.stomp"];
const longest = 2 ** 31 - 1;

Deno.test("options are converted as in sockjs-node", () => {
  const facts: [name: string, given: unknown, taken: unknown][] = [
    ["websocket", 0, false],
    ["websocket", "", false],
    ["websocket", 1, true],
    ["disable_cors", "yes", true],
    ["base_url", "", undefined],
    ["base_url", false, undefined],
    ["jsessionid", "", false],
    ["jsessionid", 1, true],
    ["jsessionid", {}, true],
    ["response_limit", "4096", 4096],
    ["response_limit", 0, Number.MAX_SAFE_INTEGER],
    ["response_limit", Infinity, Number.MAX_SAFE_INTEGER],
    ["response_limit", NaN, Number.MAX_SAFE_INTEGER],
    ["response_limit", "none", Number.MAX_SAFE_INTEGER],
    ["response_limit", -1, 1],
    ["heartbeat_delay", "25001", 25001],
    ["heartbeat_delay", 0.5, longest],
    ["heartbeat_delay", 0, longest],
    ["heartbeat_delay", -5, longest],
    ["heartbeat_delay", Infinity, longest],
    ["disconnect_delay", "7", 7],
    ["disconnect_delay", 0, 1],
    ["disconnect_delay", -5, 1],
    ["disconnect_delay", Infinity, longest],
    ["disconnect_delay", 1e12, longest],
    ["prefix", "/echo", "/echo"],
    ["subprotocols", subprotocols, subprotocols],
  ];
  for (const [name, given, taken] of facts) {
    const { web, log } = readWithLog({ [name]: given });
    assertEquals([web[name], log], [taken, []], `${name}: ${given}`);
  }
});

Deno.test("any sockjs_url is put into the page as it is", () => {
  const facts: [given: unknown, url: string][] = [
    ["", ""],
    ["sockjs.js", "sockjs.js"],
    ["file:///a.js", "file:///a.js"],
    [5, "5"],
    [() => "/from/a/function.js", "/from/a/function.js"],
  ];
  for (const [given, url] of facts) {
    const { sockjsUrl } = readWithLog({ sockjs_url: given }).settings;
    assertEquals(typeof sockjsUrl === "function" ? sockjsUrl() : sockjsUrl, url);
  }
  assertEquals(readWithLog({ sockjs_url: "/a.js" }).settings["sockjsUrl"], "/a.js");
});

Deno.test("a delay that is no number counts as absent, with a line in the log", () => {
  for (const [name, delay] of [["heartbeat_delay", 25000], ["disconnect_delay", 5000]] as const) {
    const ours = name === "heartbeat_delay" ? "heartbeatDelay" : "disconnectDelay";
    const { settings, log } = readWithLog({ [name]: "25s" });
    assertEquals([settings[ours], log], [
      delay,
      [`error The option ${name} must be a number, got "25s": ignored`],
    ]);
  }
});

Deno.test("null and undefined are no values, and overshadow nothing", () => {
  const { prefix, log, jsessionid } = read(
    { prefix: "/a", log: null, jsessionid: 1 },
    { prefix: undefined, jsessionid: null },
  );
  assertEquals([prefix, log, jsessionid], ["/a", undefined, true]);
});

Deno.test("later options overshadow earlier ones, also with a default's value", () => {
  const { prefix, websocket, response_limit } = read(
    { prefix: "/a", websocket: false },
    { prefix: "", websocket: true, response_limit: 1 },
  );
  assertEquals([prefix, websocket, response_limit], ["", true, 1]);
});

Deno.test("inherited properties are no options", () => {
  const options = Object.assign(Object.create({ prefix: "/inherited" }), { websocket: false });
  const { prefix, websocket } = read(options, Object.create({ websocket: true }));
  assertEquals([prefix, websocket], ["", false]);
});

Deno.test("sockjs-node's spelling wins over ours, in one layer and over two", () => {
  const theirs = { sockjs_url: "/theirs.js", heartbeat_delay: 1000 };
  const ours = { sockjsUrl: "not a URL", heartbeatDelay: 2000 };
  for (const [first, second] of [[{ ...theirs, ...ours }, {}], [theirs, ours], [ours, theirs]]) {
    const { settings, log } = readWithLog(first!, second);
    assertEquals([settings["sockjsUrl"], settings["heartbeatDelay"]], ["/theirs.js", 1000]);
    assertEquals(log.toSorted(), [
      "debug The option heartbeatDelay is ignored, because heartbeat_delay is given",
      "debug The option sockjsUrl is ignored, because sockjs_url is given",
    ]);
  }
});

Deno.test("our spelling alone counts, in either layer", () => {
  for (const [first, second] of [[{ heartbeatDelay: 2000 }, {}], [{}, { heartbeatDelay: 2000 }]]) {
    const { settings } = readWithLog(first!, second);
    assertEquals(settings["heartbeatDelay"], 2000);
  }
});

Deno.test("an unknown option is ignored, with the nearest name in the log", () => {
  assertEquals(readWithLog({ heartbeat_dely: 1, path: "/ws" }).log, [
    "debug Unknown option heartbeat_dely is ignored; did you mean heartbeat_delay?",
    "debug Unknown option path is ignored",
  ]);
});

Deno.test("a log that is no function is refused", () => {
  assertThrows(() => readWithLog({ log: "info" }), TypeError, "the option log must be a function");
});

Deno.test("the defaults differ from those of the package's own server where programs would break", () => {
  const { maxMessageSize, maxBufferedBytes, heartbeatFrames, rawPings } = readWithLog({}).settings;
  assertEquals([maxMessageSize, maxBufferedBytes], [8 * 2 ** 20, 64 * 2 ** 20]);
  assertEquals([heartbeatFrames, rawPings], [false, false]);
  const given = { maxMessageSize: 10, maxBufferedBytes: 20, heartbeatFrames: true, rawPings: true };
  const { settings } = readWithLog(given);
  for (const [name, value] of Object.entries(given)) assertEquals(settings[name], value);
});

Deno.test("maxLength is the limit of websockets, and raises that of all transports", () => {
  const facts: [maxLength: unknown, maxPayload: number | undefined, maxMessageSize: number][] = [
    [1000, 1000, 8 * 2 ** 20],
    ["20000000", 20_000_000, 20_000_000],
    [0, undefined, 8 * 2 ** 20],
    [-1, undefined, 8 * 2 ** 20],
    ["much", undefined, 8 * 2 ** 20],
  ];
  for (const [maxLength, maxPayload, maxMessageSize] of facts) {
    const { install, settings } = readWithLog({ faye_server_options: { maxLength } });
    assertEquals([install.maxPayload, settings["maxMessageSize"]], [maxPayload, maxMessageSize]);
  }
});

Deno.test("a function for jsessionid is not called for a request that is not Node's", () => {
  let calls = 0;
  const { jsessionid } = read({ jsessionid: () => calls++ });
  assertEquals((jsessionid as (request: Request) => unknown)(new Request("http://a/")), undefined);
  assertEquals(calls, 0);
});
