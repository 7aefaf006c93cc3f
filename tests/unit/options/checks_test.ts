/** What the server advises to write in the place of a wrong value. */

import { assertEquals, assertThrows } from "@std/assert";
import type { ServerOptions } from "../../../src/options/server_options.ts";
import { readOptions } from "../../../src/options/settings.ts";

function read(given: Record<string, unknown>) {
  return readOptions(given as ServerOptions);
}

/** What to write in the place of a value, by option. */
const advice: readonly [name: string, value: unknown, advice: string][] = [
  ["prefix", "echo", 'write "/echo", without a host'],
  ["prefix", "https://example.com/echo?x=1", 'write "/echo", without a host'],
  ["prefix", "localhost:80/echo", 'write "/localhost:80/echo", without a host'],
  ["prefix", "/echo?x=1", 'write "/echo", without a host'],
  ["prefix", /^echo/, "write one such as /\\/echo/"],
  ["sockjsUrl", "sockjs.js", 'write "/sockjs.js"'],
  ["sockjs_url", "./js/sockjs.js", 'write "/js/sockjs.js"'],
  ["baseUrl", "https://a//", 'write "https://a"'],
  ["heartbeatDelay", "25000", "write 25000"],
  ["disconnect_delay", Infinity, "write 2147483647"],
  ["websocket", "false", "write false"],
  ["disableCors", 1, "write true"],
  ["transports", "websocket", 'write ["websocket"]'],
  ["transports", ["xhr_streaming"], 'write ["xhr-streaming"]'],
];

for (const [name, value, expected] of advice) {
  Deno.test(`${name}: ${Deno.inspect(value)} is told to ${expected}`, () => {
    const { message } = assertThrows(() => read({ [name]: value }), TypeError);
    assertEquals(message.split(": ").slice(2).join(": ").includes(expected), true, message);
  });
}

for (const value of [NaN, -1, 0, "many", "", null]) {
  Deno.test(`maxSessions: ${Deno.inspect(value)} gets no advice`, () => {
    const { message } = assertThrows(() => read({ maxSessions: value }), TypeError);
    assertEquals(
      message.endsWith(
        `, got ${JSON.stringify(value) ?? value}`.replace("got null", `got ${value}`),
      ),
      true,
      message,
    );
  });
}
