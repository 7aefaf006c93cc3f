/**
 * What test runs report, read from their JUnit files.
 *
 * @module
 */

/** A test that ran, or was skipped. */
export interface TestCase {
  readonly name: string;
  /** In seconds. */
  readonly time: number;
  readonly outcome: "passed" | "failed" | "skipped";
}

/** How many tests ended in which way. */
export type Tally = Record<TestCase["outcome"], number>;

/** The test cases of a JUnit report. */
export function readReport(xml: string): TestCase[] {
  const cases = xml.matchAll(
    /<testcase name="([^"]*)"[^>]*? time="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g,
  );
  return Array.from(cases, ([, name = "", time, body = ""]) => {
    const outcome = body.includes("<failure") || body.includes("<error")
      ? "failed"
      : body.includes("<skipped")
      ? "skipped"
      : "passed";
    return { name: decode(name), time: Number(time), outcome };
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
  const counts: Tally = { passed: 0, failed: 0, skipped: 0 };
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
export function show({ passed, failed, skipped }: Tally): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped === 0 ? line : `${line}, ${skipped} skipped`;
}

/** The lines that end a run: tests by host, the slowest tests, those that failed, and how many there were. */
export function summary(cases: readonly TestCase[], seconds: number): string[] {
  if (cases.length === 0) return ["No test ran."];
  const slowest = cases.toSorted((a, b) => b.time - a.time).slice(0, 10);
  const failed = cases.filter(({ outcome }) => outcome === "failed");
  return [
    "The slowest tests:",
    ...slowest.map(({ name, time }) => `${time.toFixed(1).padStart(6)} s  ${name}`),
    ...Array.from(tallyHosts(cases), ([host, counts]) => `on ${host}: ${show(counts)}`),
    ...failed.map(({ name }) => `failed: ${name}`),
    `${show(tally(cases))}, in ${showTime(seconds)}`,
  ];
}

function showTime(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
