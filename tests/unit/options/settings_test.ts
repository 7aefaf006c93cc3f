import { MemoryEngine } from "../../support/memory_bus.ts";
import { Server } from "../../../src/server/server.ts";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import type { ServerOptions } from "../../../src/options/server_options.ts";
import { optionNames, readOptions } from "../../../src/options/settings.ts";
import { protocols } from "../../../src/protocol/transport_names.ts";

const someFunction = () => "";

const aCount = {
  good: [1, 2 ** 20, Number.MAX_SAFE_INTEGER],
  bad: [0, -1, 2 ** 53, NaN, Infinity, "1", null],
};

/** For each option: its name in sockjs-node where that differs, values that are allowed and not. */
const options: Record<string, { alias?: string; good: unknown[]; bad: unknown[] }> = {
  prefix: {
    good: [
      ...["", "/", "/echo", "/echo/", "/v1.0", /\/echo/, "[/]echo", "/(a|b)", "^/echo", "/echos?"],
      ...[/.*/, /(?:)/, /v?\/a/, /(v1)?\/a/, /(a|\/b)/, /[/]a/, /\w*\/a/, "/(?=x=)"],
    ],
    bad: [
      ...["echo", ".", 1, true, null, {}, [], /echo/, /^echo/, /^(a|b)$/, /(?:a)/, /http:\/\//],
      ...["(a|b)", "https://host/echo", "https://host/echo?x", "/echo?x=y", "/echo#x", " /echo"],
    ],
  },
  sockjsUrl: {
    alias: "sockjs_url",
    good: ["https://a/b.js", "HTTP://a/b.js", "/b.js", "//a/b.js", someFunction],
    bad: ["", "b.js", "ftp://a/b.js", "javascript:alert(1)", "http://", 1, null],
  },
  serveClient: {
    good: [{ source: "x" }, { source: "x", version: "1", integrity: "sha256-eA==" }],
    bad: [true, false, null, "x", {}, { source: "" }, { source: 1 }, {
      source: "x",
      integrity: "",
    }],
  },
  sockjsIntegrity: {
    good: ["sha256-eA==", "sha384-a+b/c", "sha512-eA== sha384-eA=="],
    bad: ["", "md5-eA==", "sha384", "sha384-", 'sha384-x"', "sha384-x y", false, 1, null, {}],
  },
  contentSecurityPolicy: { good: [true, false], bad: [1, "default-src 'none'", null, {}] },
  transports: {
    good: [[], ["websocket"], ["xhr-polling", "jsonp-polling"], ["iframe"]],
    bad: ["websocket", ["xhr"], ["websockets"], [1], null, {}],
  },
  disabledTransports: {
    alias: "disabled_transports",
    good: [[], ["websocket"], ["websockets"], ["eventsource", "htmlfile"]],
    bad: ["websocket", ["xhr"], [undefined], null, {}],
  },
  websocket: { good: [true, false], bad: [0, 1, "true", null, []] },
  responseLimit: {
    alias: "response_limit",
    good: [1, 4096, Number.MAX_SAFE_INTEGER],
    bad: [0, -1, NaN, Infinity, "4096", null, true],
  },
  heartbeatDelay: {
    alias: "heartbeat_delay",
    good: [1, 25000, 2 ** 31 - 1],
    bad: [0, -1, NaN, Infinity, 2 ** 31, "25000", null],
  },
  disconnectDelay: {
    alias: "disconnect_delay",
    good: [1, 5000, 2 ** 31 - 1],
    bad: [0, -5, NaN, Infinity, 2 ** 31, "5000", null],
  },
  heartbeatTimeout: { good: [1, 10_000, 2 ** 31 - 1], bad: [0, -1, NaN, 2 ** 31, "10", null] },
  heartbeatFrames: { good: [true, false], bad: [0, "false", null] },
  rawPings: { good: [true, false], bad: [0, "false", null] },
  responseTimeLimit: aCount,
  maxSessions: aCount,
  maxMessageSize: aCount,
  highWaterMark: aCount,
  maxBufferedBytes: aCount,
  maxTotalBufferedBytes: aCount,
  maxSubscriptions: aCount,
  maxTopicLength: aCount,
  cluster: {
    good: [{ bus: new MemoryEngine().open(), name: "chat" }],
    bad: [true, "chat", null, {}, { name: "chat" }, { bus: new MemoryEngine().open(), name: "" }],
  },
  trustProxy: {
    good: [
      ...[false, 0, 1, 3, [], ["loopback", "linklocal", "uniquelocal"], someFunction],
      ...[["10.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32", "::ffff:10.0.0.0/104"]],
    ],
    bad: [
      ...[true, -1, 1.5, NaN, Infinity, 2 ** 53, "1", "loopback", "", null, {}, [1], [null], [""]],
      ...[["10.0.0.0/33"], ["::/129"], ["localhost"], ["constructor"], ["10.0.0.1", "0.0.0.0/0"]],
      ...[["::/0"], ["::ffff:0:0/96"]],
    ],
  },
  proxyHeader: {
    good: ["x-forwarded-for", "forwarded"],
    bad: ["X-Forwarded-For", "x-real-ip", "", "constructor", null, true, []],
  },
  origins: {
    good: [
      "*",
      [],
      ["https://a.example", "http://a:8080", "null"],
      /https:\/\/a/,
      /.*a/,
      someFunction,
    ],
    bad: [
      "https://a.example",
      ["*"],
      ["https://*.a"],
      ["a.example"],
      ["https://a/"],
      ["https://a:443"],
      /a/,
      /^a\.example$/,
      [1],
      null,
    ],
  },
  subprotocols: {
    good: [[], ["v12.stomp", "mqtt"], ["!#$%&'*+-.^_`|~"], someFunction],
    bad: ["mqtt", [""], ["a b"], ["a,b"], ["a/b"], ["caf\u00e9"], ["a\n"], [1], null, true, {}],
  },
  authorize: { good: [someFunction], bad: [true, "all", null, {}] },
  jsessionid: { good: [true, false, someFunction], bad: ["JSESSIONID", 1, null] },
  disableCors: { alias: "disable_cors", good: [true, false], bad: [0, "false", null] },
  baseUrl: {
    alias: "base_url",
    good: ["http://a", "https://a/b", someFunction],
    bad: ["", "/b", "a", "https://a/", "ftp://a", 1, null],
  },
  log: { good: [() => {}], bad: [true, null, "error", console] },
  fallback: { good: [() => new Response()], bad: [true, null, new Response()] },
};

function read(given: Record<string, unknown>) {
  return readOptions(given as ServerOptions);
}

for (const [name, { alias, good, bad }] of Object.entries(options)) {
  const spellings = alias === undefined ? [name] : [name, alias];

  Deno.test(`${name} takes what it is documented to take`, () => {
    for (const spelling of spellings) {
      for (const value of good) read({ [spelling]: value });
    }
  });

  Deno.test(`${name} refuses everything else with a TypeError that names it`, () => {
    for (const spelling of spellings) {
      for (const value of bad) {
        const { message } = assertThrows(
          () => read({ [spelling]: value }),
          TypeError,
          `the option ${spelling} must be`,
        );
        assert(message.includes(", got "), message);
      }
    }
  });

  Deno.test(`${name} is its default when it is undefined`, () => {
    const defaults = read({});
    for (const spelling of spellings) {
      assertEquals(read({ [spelling]: undefined }), defaults);
    }
  });
}

for (const [name, { alias, good }] of Object.entries(options)) {
  if (alias === undefined) continue;

  Deno.test(`${alias} is another spelling of ${name}`, () => {
    for (const value of good) assertEquals(read({ [alias]: value }), read({ [name]: value }));
  });

  Deno.test(`${name} and ${alias} at once are a TypeError that names both`, () => {
    const both = { [name]: good[0], [alias]: good[0] };
    const { message } = assertThrows(() => read(both), TypeError, name);
    assert(message.includes(alias), message);
  });

  Deno.test(`${name} with an undefined ${alias} is no conflict`, () => {
    const value = good.at(-1);
    assertEquals(read({ [name]: value, [alias]: undefined }), read({ [name]: value }));
    assertEquals(read({ [name]: undefined, [alias]: value }), read({ [name]: value }));
  });
}

Deno.test("every option is in this table", () => {
  const spellings = Object.entries(options).flatMap(([name, { alias = [] }]) =>
    [name, alias].flat()
  );
  assertEquals([...spellings, "faye_server_options"].sort(), [...optionNames].sort());
});

Deno.test("the defaults are those of the protocol", () => {
  const defaults = read({});
  assertEquals(defaults.prefix, "");
  assertEquals(defaults.responseLimit, 131072);
  assertEquals(defaults.heartbeatDelay, 25000);
  assertEquals(defaults.disconnectDelay, 5000);
  assertEquals(defaults.jsessionid, false);
  assertEquals(defaults.disableCors, false);
  assertEquals(defaults.baseUrl, undefined);
  assertEquals(defaults.fallback, undefined);
  assertEquals(
    defaults.sockjsUrl,
    "https://cdn.jsdelivr.net/npm/sockjs-client@1/dist/sockjs.min.js",
  );
  assertEquals(defaults.serveClient, undefined);
  assertEquals(defaults.sockjsIntegrity, undefined);
  assertEquals(defaults.contentSecurityPolicy, false);
  assertEquals([...defaults.transports].sort(), protocols.toSorted());
});

const build = { source: "x", integrity: "sha384-eA==" };

Deno.test("a client that is served is the iframe page's, unless another one is given", () => {
  assertEquals(read({ serveClient: build }).sockjsUrl, "sockjs.min.js");
  assertEquals(read({ serveClient: build, sockjsUrl: "/a.js" }).sockjsUrl, "/a.js");
  assertEquals(read({ serveClient: build, sockjs_url: "/a.js" }).sockjsUrl, "/a.js");
});

Deno.test("sockjsIntegrity: true is that of the client that is served", () => {
  const { sockjsIntegrity } = read({ serveClient: build, sockjsIntegrity: true });
  assertEquals(sockjsIntegrity, build.integrity);
  assertEquals(read({ serveClient: build }).sockjsIntegrity, undefined);
});

Deno.test("sockjsIntegrity: true without such a client is a TypeError that says so", () => {
  for (const serveClient of [undefined, { source: "x" }]) {
    const given = { serveClient, sockjsIntegrity: true };
    assertThrows(() => read(given), TypeError, "true only with a serveClient");
  }
});

Deno.test("serveClient: true is a TypeError that says where the client is", () => {
  assertThrows(() => read({ serveClient: true }), TypeError, "./served-client");
});

Deno.test("values arrive as they were given", () => {
  const fallback = () => new Response();
  const settings = read({ responseLimit: 4096, heartbeat_delay: 10, fallback, prefix: "/echo" });
  assertEquals([settings.responseLimit, settings.heartbeatDelay], [4096, 10]);
  assertStrictEquals(settings.fallback, fallback);
  assertEquals(settings.prefix, "/echo");
});

Deno.test("options that are no object are a TypeError", () => {
  for (const given of [null, 1, "/echo", true]) {
    assertThrows(() => readOptions(given as never), TypeError, "options must be an object");
  }
});

/** The transports that are on with these options, of three. */
function enabled(given: Record<string, unknown>): string[] {
  const few = ["websocket", "websocket-raw", "xhr-polling"];
  return [...read({ transports: few, ...given }).transports].sort();
}

Deno.test("disabled transports are off, all others on", () => {
  assertEquals(enabled({}), ["websocket", "websocket-raw", "xhr-polling"]);
  assertEquals(enabled({ disabledTransports: ["xhr-polling"] }), ["websocket", "websocket-raw"]);
  assertEquals(enabled({ disabled_transports: ["htmlfile"] }).length, 3);
});

Deno.test("websocket: false and the name websockets switch off both websockets", () => {
  assertEquals(enabled({ websocket: false }), ["xhr-polling"]);
  assertEquals(enabled({ disabledTransports: ["websockets"] }), ["xhr-polling"]);
  assertEquals(enabled({ websocket: true }).length, 3);
});

Deno.test("websocket: true does not bring back what transports leaves out", () => {
  assertEquals([...read({ transports: ["xhr-polling"], websocket: true }).transports], [
    "xhr-polling",
  ]);
});

Deno.test("faye_server_options is ignored, with a line in the log", () => {
  const lines: string[] = [];
  const log = (severity: string, message: string) => lines.push(`${severity}: ${message}`);
  new Server({ log, faye_server_options: { ping: 10 } });
  assertEquals(lines.length, 1);
  assert(lines[0]!.includes("faye_server_options"), lines[0]);
});

Deno.test("without a log, errors are printed and the rest is dropped", () => {
  const { log } = read({});
  const printed: unknown[] = [];
  const { error, info, log: print, debug } = console;
  const keep = (...args: unknown[]) => printed.push(...args);
  Object.assign(console, { error: keep, info: keep, log: keep, debug: keep });
  try {
    log("debug", "one");
    log("info", "two");
    log("error", "three");
  } finally {
    Object.assign(console, { error, info, log: print, debug });
  }
  assertEquals(printed, ["three"]);
});

Deno.test("with origins, callback transports and the iframe are on only where they are named", () => {
  const origins = ["https://a.example"];
  const names = (given: ServerOptions) => {
    const { transports, iframe } = read({ origins, ...given });
    return [...transports, ...iframe ? ["iframe"] : []].sort();
  };
  const unsafe = ["htmlfile", "jsonp-polling"];
  const safe = protocols.filter((name) => !unsafe.includes(name)).sort();
  assertEquals(names({}), safe);
  assertEquals(names({ origins: "*" }), [...safe, "htmlfile", "iframe", "jsonp-polling"].sort());
  assertEquals(names({ transports: ["htmlfile", "iframe"] }), ["htmlfile", "iframe"]);
  assertEquals(names({ origins: "*", transports: ["websocket"] }), ["iframe", "websocket"]);
  assertEquals(names({ transports: ["iframe"], disableCors: true }), []);
});
