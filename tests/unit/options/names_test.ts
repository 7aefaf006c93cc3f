/** Refuses names of options that do not exist. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import type { ServerOptions } from "../../../src/options/server_options.ts";
import { readOptions } from "../../../src/options/settings.ts";

function read(given: Record<string, unknown>) {
  return readOptions(given as ServerOptions);
}

Deno.test("an unknown option is a TypeError that names the nearest known one", () => {
  const typos = {
    prefx: "prefix",
    heartbeatDelays: "heartbeatDelay",
    heartbeat_dely: "heartbeat_delay",
    sockJsUrl: "sockjsUrl",
    websockets: "websocket",
    disable_Cor: "disable_cors",
    JSESSIONID: "jsessionid",
  };
  for (const [typo, known] of Object.entries(typos)) {
    const { message } = assertThrows(() => read({ [typo]: true }), TypeError, typo);
    assert(message.endsWith(`; did you mean ${known}?`), message);
  }
});

Deno.test("an unknown option that is near no other is a TypeError that names no other", () => {
  for (const name of ["cors", "path", "x", "", "maxPayload", "timeout", "x".repeat(1_000_000)]) {
    const { message } = assertThrows(() => read({ [name]: true }), TypeError);
    assertEquals(message, `Cannot create a server: unknown option ${name}`);
  }
});

Deno.test("names that every object has are unknown options too", () => {
  for (const name of ["constructor", "toString", "__proto__"]) {
    const given = JSON.parse(`{"${name}":1}`);
    assertThrows(() => read(given), TypeError, name);
  }
});
