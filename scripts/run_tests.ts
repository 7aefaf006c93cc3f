/**
 * Runs all tests: most test files side by side, then one after another those that would disturb
 * others. Tests that failed run again alone, if they are few: most such tests lose a race against a
 * busy machine. At the end it prints the ten slowest tests, which ones failed once or
 * twice, and how many ran on each host of the server (see `tests/support/hosts.ts`).
 *
 * `--std` takes `@std` from JSR, instead of the stand-ins in `jsr_stubs`. All other arguments go
 * to `deno test` (files, folders, `--filter`); then files run one after another. (This file cannot
 * be called `test.ts`: Deno would take it for a test.)
 *
 * @module
 */

import { configWithoutLinks } from "./config_without_links.ts";
import { nodePackage } from "./node_programs.ts";
import { runtimeEnvironment } from "./runtimes.ts";
import {
  afterSecondRun,
  argumentsAgain,
  failedOf,
  readReport,
  summary,
  type TestCase,
} from "./test_run/report.ts";

const root = new URL("../", import.meta.url);

const processors = navigator.hardwareConcurrency;

/** With the stock client, which gives up a transport when a busy machine takes too long. */
const impatient = [
  "tests/browser/",
  "tests/clients/stock_client_test.ts",
  "tests/deploy/",
  "tests/examples/",
  "tests/replaced_sockjs/dev_server_test.ts",
];

/** Test files that measure memory, hold up servers, or take the whole machine. */
const alone = [
  "tests/reliability/cluster_soak_test.ts",
  "tests/reliability/doubling_test.ts",
  "tests/reliability/faults_test.ts",
  "tests/reliability/floods_test.ts",
  "tests/reliability/soak_test.ts",
  "tests/scripts/bench/generator_test.ts",
];

/** How many tests may run again. If more fail, it is not for the machine. */
const maxAgain = 5;

/** Groups of test files, one after another, and how many files of each run side by side. */
const groups = [
  // One more than there are cores, for some tests wait.
  { jobs: processors + 1, args: [`--ignore=${[...impatient, ...alone].join()}`, "tests/"] },
  { jobs: processors, args: impatient },
  { jobs: 1, args: alone },
];

/** Runs `deno test`: its exit code, and its tests. */
async function runTests(
  args: readonly string[],
  env: Record<string, string>,
  jobs: number,
): Promise<{ code: number; cases: TestCase[] }> {
  const report = await Deno.makeTempFile({ dir: folder, suffix: ".xml" });
  const parallel = jobs > 1 ? ["--parallel"] : [];
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", `--junit-path=${report}`, ...parallel, ...args],
    cwd: root,
    env: { ...env, DENO_JOBS: `${jobs}` },
    stdin: "null",
  }).spawn().status;
  // Without a report, `deno test` has printed why.
  return { code, cases: readReport(await Deno.readTextFile(report).catch(() => "")) };
}

const folder = await Deno.makeTempDir();
try {
  const start = performance.now();
  const given = Deno.args.filter((arg) => arg !== "--std");
  const options: string[] = [];
  if (Deno.args.includes("--std")) {
    options.push("--no-lock", "--config", await configWithoutLinks(folder));
    if (given.length > 0 && !given.some((arg) => arg.includes("tests"))) given.push("tests/");
  }
  // Once for all test files, which run side by side.
  const env = await runtimeEnvironment();
  if (given.length === 0) await nodePackage();
  const results: Awaited<ReturnType<typeof runTests>>[] = [];
  for (const { jobs, args } of given.length > 0 ? [{ jobs: 1, args: given }] : groups) {
    results.push(await runTests([...options, ...args], env, jobs));
  }
  let cases = results.flatMap((result) => result.cases);
  const failed = failedOf(cases);
  // Without a failed test, a file could not be loaded, or `deno test` itself has failed.
  const isExplained = results.every(({ code, cases }) => code === 0 || failedOf(cases).length > 0);
  if (given.length === 0 && failed.length > 0 && failed.length <= maxAgain && isExplained) {
    console.log(`${failed.length} tests failed. They run again, alone.`);
    results.length = 0;
    for (const args of argumentsAgain(failed)) {
      const second = await runTests([...options, ...args], env, 1);
      cases = afterSecondRun(cases, second.cases);
      results.push(second);
    }
  }
  const seconds = (performance.now() - start) / 1000;
  for (const line of summary(cases, seconds)) console.log(line);
  const hasFailed = cases.length === 0 || failedOf(cases).length > 0;
  Deno.exitCode = Math.max(hasFailed ? 1 : 0, ...results.map(({ code }) => code));
} finally {
  await Deno.remove(folder, { recursive: true });
}
