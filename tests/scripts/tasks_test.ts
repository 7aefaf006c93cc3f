/** Tasks and their arguments. The tasks that run examples have tests beside the examples. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { root } from "../../scripts/npm_package/project.ts";
import { readArguments } from "../reliability/soak/arguments.ts";

/** Arguments that mean nothing, by the script of a task. */
const mistakes = {
  "scripts/bench/main.ts": ["--foo", "foo", "--only=udp", "--rounds=0"],
  "scripts/build_npm.ts": ["--foo", "foo"],
  "tests/reliability/soak/main.ts": ["--foo"],
};

for (const [script, args] of Object.entries(mistakes)) {
  for (const arg of args) {
    Deno.test(`${script} ${arg} ends with 1 and a line that names the mistake`, async () => {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--allow-all", script, arg],
        cwd: root,
        stdin: "null",
        signal: AbortSignal.timeout(60_000),
      }).output();
      const [printed, complained = ""] = [stdout, stderr].map((b) => new TextDecoder().decode(b));
      assertEquals([code, printed], [1, ""]);
      assertMatch(complained, /^.+\n$/);
      const [option = "", value = option] = arg.split("=");
      assert(complained.includes(option) && complained.includes(value), complained);
    });
  }
}

Deno.test("the soak refuses hosts and numbers that mean nothing, by name", () => {
  for (const arg of ["--runtime=perl", "--minutes=0", "--sessions=x", "--seed=-1", "more"]) {
    const [option = "", value = option] = arg.split("=");
    const { message } = assertThrows(() => readArguments([arg]), Error);
    assert(message.includes(option) && message.includes(value), message);
  }
});

Deno.test("the soak of a cluster has fewer sessions, and takes all runtimes", () => {
  assertEquals(readArguments([]).sessions, 2000);
  const { cluster, sessions } = readArguments(["--cluster"]);
  assertEquals([cluster, sessions], [true, 200]);
  assertThrows(() => readArguments(["--cluster", "--runtime=bun"]), Error, "--runtime");
  assertEquals(readArguments(["--cluster", "--engine=nats"]).engine, "nats");
  assertThrows(() => readArguments(["--cluster", "--engine=etcd"]), Error, "etcd");
  assertThrows(() => readArguments(["--engine=redis"]), Error, "--cluster");
});
