/**
 * What test runs report, read from their JUnit files.
 *
 * @module
 */

/** A test that ran, or was skipped. */
export interface TestCase {
  readonly name: string;
  /** Where it was registered: the test file, or a module that registers tests for several. */
  readonly file: string;
  /** In seconds. */
  readonly time: number;
  /** `unsteady`: failed beside others, but passed when it ran again alone. */
  readonly outcome: "passed" | "failed" | "skipped" | "unsteady";
}

/** How many tests ended in which way. */
export type Tally = Record<TestCase["outcome"], number>;

/** The test cases of a JUnit report. */
export function readReport(xml: string): TestCase[] {
  return xml.split("<testsuite ").slice(1).flatMap((suite) => {
    const file = decode(/ ?name="([^"]*)"/.exec(suite)?.[1] ?? "");
    const cases = suite.matchAll(
      /<testcase name="([^"]*)"[^>]*? time="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g,
    );
    return Array.from(cases, ([, name = "", time, body = ""]): TestCase => {
      const outcome = body.includes("<failure") || body.includes("<error")
        ? "failed"
        : body.includes("<skipped")
        ? "skipped"
        : "passed";
      return { name: decode(name), file, time: Number(time), outcome };
    });
  });
}

/** In the name of a test, which has another one the next time. */
const seed = /\d{5,}/g;

/** The tests that failed. */
export function failedOf(cases: readonly TestCase[]): TestCase[] {
  return cases.filter(({ outcome }) => outcome === "failed");
}

/**
 * The arguments of `deno test` that run failed tests again: the files of those that a test file has
 * registered, and all others by their names. A module registers tests for the files beside it or
 * below; those in `support`, for `conformance`.
 */
export function argumentsAgain(failed: readonly TestCase[]): string[][] {
  const isOfFile = ({ file }: TestCase) => file.endsWith("_test.ts");
  const files = new Set(failed.filter(isOfFile).map(({ file }) => file));
  const byName = failed.filter((test) => !isOfFile(test));
  const patterns = byName.map(({ name }) =>
    // Deno's patterns know no others.
    name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(seed, "\\d+")
  );
  const folders = byName.map(({ file }) => file.replace("/support/", "/conformance/"))
    .map((file) => file.slice(0, file.lastIndexOf("/") + 1));
  return [
    ...(files.size === 0 ? [] : [[...files]]),
    ...(byName.length === 0
      ? []
      : [["--filter", `/^(${[...new Set(patterns)].join("|")})$/`, ...new Set(folders)]]),
  ];
}

/** The same tests after some files ran again: what failed only the first time is unsteady. */
export function afterSecondRun(
  cases: readonly TestCase[],
  again: readonly TestCase[],
): TestCase[] {
  const keyOf = ({ file, name }: TestCase) => `${file}\n${name.replace(seed, "")}`;
  const second = new Map<string, TestCase["outcome"]>();
  for (const test of again) {
    // Several files may have a test of that name.
    if (second.get(keyOf(test)) !== "failed") second.set(keyOf(test), test.outcome);
  }
  return cases.map((test) => {
    const outcome = second.get(keyOf(test));
    if (outcome === "failed") return { ...test, outcome };
    return test.outcome === "failed" && outcome === "passed"
      ? { ...test, outcome: "unsteady" }
      : test;
  });
}

const entities: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]+)|#([0-9]+)|([a-z]+));/gi,
    (all, hex?: string, decimal?: string, name = "") =>
      hex !== undefined
        ? String.fromCodePoint(parseInt(hex, 16))
        : decimal !== undefined
        ? String.fromCodePoint(Number(decimal))
        : entities[name] ?? all,
  );
}

/** Counts tests. */
export function tally(cases: readonly TestCase[]): Tally {
  const counts: Tally = { passed: 0, failed: 0, skipped: 0, unsteady: 0 };
  for (const { outcome } of cases) counts[outcome]++;
  return counts;
}

/** Names of facts, and of tests of clients and browsers and by fuzzing, begin with that of a host. */
const onHost = /^((?:deno|bun|node)[0-9]*(?:-[a-z]+)?) (?:§|client |browser |fuzz: )/;

/** Counts tests by the host of the server (see `tests/support/hosts.ts`) that their names begin with. */
export function tallyHosts(cases: readonly TestCase[]): Map<string, Tally> {
  const byHost = Map.groupBy(cases, ({ name }) => onHost.exec(name)?.[1]);
  return new Map(
    Array.from(byHost).flatMap(([host, some]) => host === undefined ? [] : [[host, tally(some)]]),
  );
}

/** As a sentence. */
export function show({ passed, failed, skipped, unsteady }: Tally): string {
  const line = `${passed} passed, ${failed} failed`;
  const others = [[skipped, "skipped"], [unsteady, "unsteady"]] as const;
  return others.reduce((all, [n, name]) => n === 0 ? all : `${all}, ${n} ${name}`, line);
}

/** The lines that end a run: tests by host, the slowest tests, those that failed, and how many there were. */
export function summary(cases: readonly TestCase[], seconds: number): string[] {
  if (cases.length === 0) return ["No test ran."];
  const slowest = cases.toSorted((a, b) => b.time - a.time).slice(0, 10);
  const lines = (outcome: TestCase["outcome"], meaning: string) =>
    cases.filter((test) => test.outcome === outcome).map(({ name }) => `${meaning}: ${name}`);
  return [
    "The slowest tests:",
    ...slowest.map(({ name, time }) => `${time.toFixed(1).padStart(6)} s  ${name}`),
    ...Array.from(tallyHosts(cases), ([host, counts]) => `on ${host}: ${show(counts)}`),
    ...lines("unsteady", "failed, but not when it ran again alone"),
    ...lines("failed", "failed"),
    `${show(tally(cases))}, in ${showTime(seconds)}`,
  ];
}

function showTime(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
