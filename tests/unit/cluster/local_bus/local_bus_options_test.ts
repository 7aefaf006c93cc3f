import { assertEquals, assertThrows } from "@std/assert";
import process from "node:process";
import { checkedOptions } from "../../../../src/cluster/local_bus/local_bus_options.ts";

Deno.test("times and limits have defaults, and are taken if they are sound", () => {
  assertEquals(checkedOptions({ name: "a" }), { peerTimeout: 6000, maxQueued: 32 * 1024 * 1024 });
  const given = { peerTimeout: 100, maxQueued: 0 };
  assertEquals(checkedOptions({ name: "a", ...given }), given);
});

Deno.test("a name that is missing, and numbers out of range, are refused", () => {
  for (const name of ["", undefined, 1]) {
    assertThrows(() => checkedOptions({ name: name as string }), TypeError, "name");
  }
  for (const peerTimeout of [0, 99, NaN, Infinity, 2 ** 31, "x", "6000"]) {
    const options = { name: "a", peerTimeout: peerTimeout as number };
    assertThrows(() => checkedOptions(options), RangeError, "peerTimeout");
  }
  for (const maxQueued of [-1, NaN, "x", "6000"]) {
    const options = { name: "a", maxQueued: maxQueued as number };
    assertThrows(() => checkedOptions(options), RangeError, "maxQueued");
  }
});

Deno.test("a folder that is no path, and a log that is no function, are refused", () => {
  for (const folder of ["", 5, null]) {
    const options = { name: "a", folder: folder as string };
    assertThrows(() => checkedOptions(options), TypeError, "the folder must be a path");
  }
  const options = { name: "a", log: "debug" as never };
  assertThrows(() => checkedOptions(options), TypeError, "log must be a function");
});

Deno.test("options that do not exist are refused", () => {
  const options = { name: "a", fodler: "/run/chat" };
  assertThrows(() => checkedOptions(options), TypeError, "unknown option fodler");
  assertThrows(() => checkedOptions(undefined as never), TypeError, "must be an object");
});

Deno.test("on Windows, the error says that it has no such sockets", () => {
  const platform = Object.getOwnPropertyDescriptor(process, "platform")!;
  Object.defineProperty(process, "platform", { value: "win32", configurable: true });
  try {
    assertThrows(() => checkedOptions({ name: "a" }), Error, "Windows has no sockets");
  } finally {
    Object.defineProperty(process, "platform", platform);
  }
});
