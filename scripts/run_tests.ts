/**
 * Runs all tests, and says at the end how many of those that are the same on every
 * host of the server (see `tests/support/hosts.ts`) ran on each.
 *
 * `--std` takes `@std` from JSR, instead of the stand-ins in `jsr_stubs`. All
 * other arguments go to `deno test`: files, folders, `--filter`. (A file of the
 * name `test.ts` would count as a test itself.)
 *
 * @module
 */

import { configWithoutLinks } from "./config_without_links.ts";

const root = new URL("../", import.meta.url);

/** How many tests ended in which way. */
interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** Names of facts, and of tests of clients and browsers and by fuzzing, begin with that of a host. */
const onHost = /^((?:deno|bun|node)[0-9]*(?:-[a-z]+)?) (?:§|client |browser |fuzz: )/;

/** Counts the test cases of a JUnit report, in all and by host. */
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
    const host = onHost.exec(name)?.[1];
    for (const key of ["all", ...(host === undefined ? [] : [host])]) {
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
  tallies.delete("all");
  for (const [host, tally] of tallies) console.log(`on ${host}: ${show(tally)}`);
  console.log(all === undefined ? "No test ran." : show(all));
  Deno.exitCode = all === undefined ? 1 : code;
} finally {
  await Deno.remove(folder, { recursive: true });
}
