import { assertThrows } from "@std/assert";
import { startWorkers } from "../../../src/cluster/workers.ts";

Deno.test("workers are not started with options that cannot be meant", () => {
  const refuse = (options: object, error: typeof TypeError | typeof RangeError, text: string) =>
    assertThrows(() => startWorkers("program.ts", options), error, `Cannot start workers: ${text}`);
  refuse({ workers: 3 }, TypeError, "unknown option workers");
  for (const count of [0, -1, 1.5, NaN, "2"]) refuse({ count }, RangeError, "count");
  for (const killTimeout of [-1, NaN, Infinity, "x", "5000"]) {
    refuse({ killTimeout }, RangeError, "killTimeout");
  }
  refuse({ log: 5 }, TypeError, "log must be a function");
  for (const program of [undefined, "", 5]) {
    const start = () => startWorkers(program as string);
    assertThrows(start, TypeError, "Cannot start workers: the program must be a path or a URL");
  }
  for (const list of ["--flag", [1], {}]) {
    refuse({ args: list }, TypeError, "args and execArgv");
    refuse({ execArgv: list }, TypeError, "args and execArgv");
  }
});
