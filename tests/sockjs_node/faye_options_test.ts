import { assertEquals } from "@std/assert";
import { readFayeOptions } from "../../src/adapters/sockjs_node/faye_options.ts";
import { ErrorReporter } from "../../src/server/error_reporter.ts";
import { Emitter } from "../../src/connection/emitter.ts";

/** Reads the option, and what it makes the log say. */
function read(given: unknown) {
  const log: string[] = [];
  const errors = new ErrorReporter(
    new Emitter<{ error: [error: unknown] }>(),
    (severity, message) => log.push(`${severity} ${message}`),
  );
  return { ...readFayeOptions(given, errors), log };
}

/** An object that behaves like the package `permessage-deflate`. */
function permessageDeflate(options: Record<string, unknown> = {}) {
  return {
    name: "permessage-deflate",
    configure(more: Record<string, unknown>) {
      return permessageDeflate(Object.assign(more, options));
    },
  };
}

const compressed = { threshold: 0, zlibDeflateOptions: {} };

Deno.test("of the extensions, permessage-deflate becomes the option of ws, with its settings", () => {
  const facts: [given: Record<string, unknown>, taken: object][] = [
    [{}, compressed],
    [{ level: 9, memLevel: 5, strategy: 2 }, {
      threshold: 0,
      zlibDeflateOptions: { level: 9, memLevel: 5, strategy: 2 },
    }],
    [{ noContextTakeover: true }, { ...compressed, serverNoContextTakeover: true }],
    [{ requestNoContextTakeover: true }, { ...compressed, clientNoContextTakeover: true }],
    [{ threshold: 1024 }, { ...compressed, threshold: 1024 }],
    [{ maxWindowBits: 10 }, { ...compressed, serverMaxWindowBits: 10 }],
    [{ maxWindowBits: 8 }, { ...compressed, serverMaxWindowBits: 9 }],
    [{ maxWindowBits: 15, requestMaxWindowBits: 9 }, compressed],
    [{ level: 99, memLevel: "5", strategy: NaN, maxWindowBits: 1 }, compressed],
  ];
  for (const [options, taken] of facts) {
    const extensions = [permessageDeflate(options)];
    assertEquals(read({ extensions }), { perMessageDeflate: taken, log: [] });
  }
});

Deno.test("an extension need not be in a list, nor be configured", () => {
  assertEquals(read({ extensions: { name: "permessage-deflate" } }).perMessageDeflate, compressed);
});

Deno.test("everything else is named in one line of the log", () => {
  const extensions = [{ name: "x-webkit-foo" }, permessageDeflate(), null];
  assertEquals(read({ extensions, ping: 15, maxLength: 1000 }), {
    maxLength: 1000,
    perMessageDeflate: compressed,
    log: [
      "info Ignored in faye_server_options: the extension x-webkit-foo, the extension null, ping",
    ],
  });
});

Deno.test("values that are no options of faye are ignored", () => {
  for (const given of [undefined, null, false, 1, "x", {}, { extensions: null }, []]) {
    assertEquals(read(given), { log: [] });
  }
});

Deno.test("an option that throws is ignored, with a line in the log", () => {
  const given = {
    get extensions() {
      throw new Error("from a getter");
    },
  };
  assertEquals(read(given), {
    log: ["error Cannot read faye_server_options: Error: from a getter"],
  });
});
