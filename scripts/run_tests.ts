/**
 * Runs all tests and says at the end how many ran on each runtime.
 *
 * `--std` takes `@std` from JSR, instead of the stand-ins in `npm_only`. All
 * other arguments go to `deno test`: files, folders, `--filter`. (A file of the
 * name `test.ts` would count as a test itself.)
 *
 * @module
 */

import { runtimeNames } from "./runtimes.ts";

const root = new URL("../", import.meta.url);

/** How many tests ended in which way. */
interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** A configuration like the project's own, without its stand-ins and what is relative to it. */
async function configWithoutLinks(folder: string): Promise<string> {
  const { imports, compilerOptions } = JSON.parse(
    await Deno.readTextFile(new URL("deno.json", root)),
  );
  const path = `${folder}/deno.json`;
  await Deno.writeTextFile(path, JSON.stringify({ imports, compilerOptions }));
  return path;
}

/** Counts the test cases of a JUnit report, in all and by the runtime that names begin with. */
function count(report: string): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  const cases = report.matchAll(
    /<testcase name="([^"]*)"[^>]*?(?:\/>|>([\s\S]*?)<\/testcase>)/g,
  );
  for (const [, name = "", body = ""] of cases) {
    const outcome = body.includes("<failure") || body.includes("<error")
      ? "failed"
      : body.includes("<skipped")
      ? "skipped"
      : "passed";
    const runtime = runtimeNames.find((runtime) => name.startsWith(`${runtime} `));
    for (const key of ["all", ...(runtime === undefined ? [] : [runtime])]) {
      const tally = tallies.get(key) ?? { passed: 0, failed: 0, skipped: 0 };
      tally[outcome]++;
      tallies.set(key, tally);
    }
  }
  return tallies;
}

function show({ passed, failed, skipped }: Tally): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped === 0 ? line : `${line}, ${skipped} skipped`;
}

const folder = await Deno.makeTempDir();
try {
  const report = `${folder}/report.xml`;
  const args = ["test", "--allow-all", `--junit-path=${report}`];
  const others = Deno.args.filter((arg) => arg !== "--std");
  if (Deno.args.includes("--std")) {
    args.push("--no-lock", "--config", await configWithoutLinks(folder));
    if (!others.some((arg) => arg.startsWith("tests"))) others.push("tests/");
  }
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: [...args, ...others],
    cwd: root,
    stdin: "null",
  }).spawn().status;
  const tallies = count(await Deno.readTextFile(report).catch(() => ""));
  const all = tallies.get("all");
  for (const runtime of runtimeNames) {
    const tally = tallies.get(runtime);
    console.log(
      `on ${runtime}: ${tally === undefined ? "no tests" : show(tally)}`,
    );
  }
  console.log(all === undefined ? "No test ran." : show(all));
  Deno.exitCode = all === undefined ? 1 : code;
} finally {
  await Deno.remove(folder, { recursive: true });
}
