/** What a run of all tests says at its end. */

import { assertEquals } from "@std/assert";
import {
  afterSecondRun,
  argumentsAgain,
  failedOf,
  readReport,
  summary,
} from "../../../scripts/test_run/report.ts";

const report = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="deno test" tests="5" failures="1" errors="0" time="97.256">
  <testsuite name="./tests/a_test.ts" tests="5" disabled="0" errors="0" failures="1">
    <testcase name="deno §5 a &quot;frame&quot; &amp; &lt;more&gt;" classname="./tests/a.ts" time="0.031" line="63" col="6">
    </testcase>
    <testcase name="node24 §5 it holds" classname="./tests/a.ts" time="12.5" line="63" col="6">
      <failure message="Uncaught">no</failure>
    </testcase>
    <testcase name="deno §5 it holds" classname="./tests/a.ts" time="0.000"><skipped/></testcase>
    <testcase name="bun-hono client websocket: it holds" classname="./tests/a.ts" time="1.000"/>
    <testcase name="no host" classname="./tests/a.ts" time="0.5"/>
  </testsuite>
</testsuites>`;

Deno.test("a report has the names, times and outcomes of its tests", () => {
  const file = "./tests/a_test.ts";
  assertEquals(readReport(report), [
    { name: 'deno §5 a "frame" & <more>', file, time: 0.031, outcome: "passed" },
    { name: "node24 §5 it holds", file, time: 12.5, outcome: "failed" },
    { name: "deno §5 it holds", file, time: 0, outcome: "skipped" },
    { name: "bun-hono client websocket: it holds", file, time: 1, outcome: "passed" },
    { name: "no host", file, time: 0.5, outcome: "passed" },
  ]);
});

Deno.test("a run ends with its slowest tests, a line for each host, and what failed", () => {
  assertEquals(summary(readReport(report), 125.4), [
    "The slowest tests:",
    "  12.5 s  node24 §5 it holds",
    "   1.0 s  bun-hono client websocket: it holds",
    "   0.5 s  no host",
    '   0.0 s  deno §5 a "frame" & <more>',
    "   0.0 s  deno §5 it holds",
    "on deno: 1 passed, 0 failed, 1 skipped",
    "on node24: 0 passed, 1 failed",
    "on bun-hono: 1 passed, 0 failed",
    "failed: node24 §5 it holds",
    "3 passed, 1 failed, 1 skipped, in 2 min 5 s",
  ]);
});

Deno.test("what failed runs again: it has failed if it does so twice, or fails only then", () => {
  const suite = (file: string, outcomes: Record<string, string>) =>
    `<testsuite name="${file}" tests="1">` +
    Object.entries(outcomes).map(([name, body]) =>
      `<testcase name="${name}" classname="a" time="1.0">${body}</testcase>`
    ).join("") + "</testsuite>";
  const failure = `<failure message="no">no</failure>`;
  const first = readReport(
    suite("./tests/a_test.ts", { once: failure, twice: failure, later: "", gone: failure }) +
      suite("./tests/b_test.ts", { once: "" }),
  );
  assertEquals(failedOf(first).map(({ name }) => name), ["once", "twice", "gone"]);
  const second = readReport(
    suite("./tests/a_test.ts", { once: "", twice: failure, later: failure }),
  );
  const cases = afterSecondRun(first, second);
  assertEquals(
    cases.map(({ name, outcome }) => `${name} ${outcome}`),
    ["once unsteady", "twice failed", "later failed", "gone failed", "once passed"],
  );
  assertEquals(summary(cases, 1).slice(-5), [
    "failed, but not when it ran again alone: once",
    "failed: twice",
    "failed: later",
    "failed: gone",
    "1 passed, 3 failed, 1 unsteady, in 1 s",
  ]);
});

Deno.test("tests run again with their files, or by name where a module registers them", () => {
  const failed = (name: string, file: string) =>
    ({ name, file, time: 1, outcome: "failed" }) as const;
  assertEquals(
    argumentsAgain([
      failed("one", "./tests/a_test.ts"),
      failed("another", "./tests/a_test.ts"),
      failed("bun §6 a (b)", "./tests/support/fact.ts"),
      failed("bun §6 a (b)", "./tests/support/fact.ts"),
      failed("c", "./tests/support/fact.ts"),
    ]),
    [["./tests/a_test.ts"], ["--filter", "/^(bun §6 a \\(b\\)|c)$/", "./tests/conformance/"]],
  );
  const [, filter] = argumentsAgain([failed("bun §6 a (b)", "./tests/support/fact.ts")])[0]!;
  assertEquals(new RegExp(filter!.slice(1, -1)).test("bun §6 a (b)"), true);
});

Deno.test("a test whose name has a seed is the same with another one", () => {
  const test = (seed: number, outcome: "passed" | "failed") =>
    ({ name: `20 cases from ${seed}`, file: "./tests/x.ts", time: 1, outcome }) as const;
  const first = [test(123456, "failed")];
  assertEquals(argumentsAgain(first), [["--filter", "/^(20 cases from \\d+)$/", "./tests/"]]);
  const [again] = afterSecondRun(first, [test(98765432, "passed")]);
  assertEquals(again?.outcome, "unsteady");
});

Deno.test("of two tests of one name, that of the second run counts which failed", () => {
  const test = (outcome: "passed" | "failed") =>
    ({ name: "a", file: "./tests/support/fact.ts", time: 1, outcome }) as const;
  for (const second of [[test("failed"), test("passed")], [test("passed"), test("failed")]]) {
    assertEquals(
      afterSecondRun([test("failed")], second).map(({ outcome }) => outcome),
      ["failed"],
    );
  }
});

Deno.test("of many tests, the ten slowest are named", () => {
  const cases = Array.from({ length: 30 }, (_, at) => ({
    name: `test ${at}`,
    file: "./tests/a_test.ts",
    time: at,
    outcome: "passed" as const,
  }));
  const lines = summary(cases, 1);
  assertEquals(lines.length, 12);
  assertEquals(lines[1], "  29.0 s  test 29");
});

Deno.test("a run without tests says so", () => {
  assertEquals(summary([], 1), ["No test ran."]);
});
