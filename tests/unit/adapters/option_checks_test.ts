/** The checks of options that adapters have of their own. */

import { assertThrows } from "@std/assert";
import { checkNames } from "../../../src/adapters/option_checks.ts";

const check = (options: unknown) => checkNames("Cannot install", options, ["server"]);

Deno.test("known options pass, and so do undefined ones", () => {
  check({});
  check({ server: 1 });
  check({ sever: undefined });
});

Deno.test("options that are no object are a TypeError that shows one", () => {
  for (const options of [null, 1, "server"]) {
    assertThrows(() => check(options), TypeError, "an object such as { server }");
  }
});

Deno.test("an option of createServer's is a TypeError that says whose it is", () => {
  assertThrows(() => check({ prefix: "/echo" }), TypeError, "it is an option of createServer");
});

Deno.test("an unknown option is a TypeError that names the nearest", () => {
  assertThrows(() => check({ sever: 1 }), TypeError, "did you mean server?");
});
