/**
 * The development tools of other packages, each pinned to a version: a check that passes today
 * passes tomorrow.
 *
 * @module
 */

import { run, type RunOptions } from "../run.ts";

const versions = {
  "@arethetypeswrong/cli": "0.18.5",
  esbuild: "0.28.2",
  publint: "0.3.25",
  "typescript-5": "5.9.3",
  "typescript-6": "6.0.3",
  "typescript-7": "7.0.2",
};

/** A package that has a program. */
export type Tool = keyof typeof versions;

/** The newest types of Node that users may have. */
export const newestNodeTypes = "@types/node@26.6.6";

/** The versions of TypeScript that users may have. */
export const typescripts = ["typescript-5", "typescript-6", "typescript-7"] as const;

/** A tool's version. */
export function versionOf(tool: Tool): string {
  return versions[tool];
}

/** Runs a program of a tool, and gives what it printed. */
export function runTool(
  tool: Tool,
  command: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const name = tool.replace(/^typescript-.*/, "typescript");
  return run(["npx", "--yes", `--package=${name}@${versions[tool]}`, "--", ...command], {
    ...options,
    env: { ...options.env, NO_COLOR: "1" },
  });
}
