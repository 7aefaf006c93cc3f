import { assertThrows } from "@std/assert";
import { refuseOthers } from "../../../src/cluster/known_options.ts";

Deno.test("options that are known pass, and others are named", () => {
  refuseOthers("Cannot start:", {}, ["a", "b"]);
  refuseOthers("Cannot start:", { a: 1, b: undefined }, ["a", "b"]);
  assertThrows(
    () => refuseOthers("Cannot start:", { a: 1, c: 1 }, ["a", "b"]),
    TypeError,
    "Cannot start: unknown option c; there are a, b",
  );
});

Deno.test("what is no object is refused", () => {
  for (const options of [undefined, null, "a", 1]) {
    assertThrows(
      () => refuseOthers("Cannot start:", options, ["a"]),
      TypeError,
      "must be an object",
    );
  }
});
