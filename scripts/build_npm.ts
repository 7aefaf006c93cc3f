/**
 * Makes the package for npm in `npm/`, and checks it as its users will find it.
 *
 * `--quick` leaves the checks out. `--dnt` takes `@deno/dnt` from JSR, instead of
 * the stand-in in `jsr_stubs`.
 *
 * @module
 */

import { configWithoutLinks } from "./config_without_links.ts";

async function build(args: readonly string[]): Promise<number> {
  // Not before they are needed, for one process loads the real dnt, another the stand-in.
  const { makePackage } = await import("./npm_package/make.ts");
  await makePackage();
  if (args.includes("--quick")) return 0;
  const { checkPackage } = await import("./npm_package/check.ts");
  await checkPackage();
  return 0;
}

/** The same in a process where `@deno/dnt` is the real one. */
async function buildWithDnt(args: readonly string[]): Promise<number> {
  const folder = await Deno.makeTempDir();
  try {
    const config = ["--no-lock", "--config", await configWithoutLinks(folder)];
    const others = args.filter((arg) => arg !== "--dnt");
    const { code } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--allow-all", ...config, import.meta.filename ?? "", ...others],
    }).spawn().status;
    return code;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const known = ["--quick", "--dnt"];
// As npm's users write it: task build:npm -- --quick
const unknown = Deno.args.find((arg) => arg !== "--" && !known.includes(arg));
if (unknown !== undefined) {
  console.error(`Cannot build: "${unknown}" is unknown; the options are ${known.join(", ")}`);
  Deno.exit(1);
}
try {
  Deno.exitCode = await (Deno.args.includes("--dnt") ? buildWithDnt : build)(Deno.args);
} catch (error) {
  console.error((error as Error).message);
  Deno.exitCode = 1;
}
