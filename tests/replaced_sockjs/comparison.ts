/**
 * Runs programs in two projects, which differ in what `sockjs` is.
 *
 * @module
 */

import type { RuntimeName } from "../../scripts/runtimes.ts";
import { compareFacts, type Comparison, type Facts } from "./facts.ts";
import type { Program } from "./programs.ts";
import { type PackageJson, ScratchProject } from "./scratch_project.ts";

const source = new URL("project/", import.meta.url);

/** Both of them, installed. */
export class Projects implements AsyncDisposable {
  readonly #original: ScratchProject;
  readonly #ours: ScratchProject;
  /** What the original gave, by script. */
  readonly #found = new Map<string, Promise<Facts>>();

  private constructor(original: ScratchProject, ours: ScratchProject) {
    this.#original = original;
    this.#ours = ours;
  }

  static async make(): Promise<Projects> {
    const json: PackageJson = JSON.parse(
      await Deno.readTextFile(new URL("package.json", source)),
    );
    const [original, ours] = await Promise.all([
      ScratchProject.make(source, () => json),
      ScratchProject.make(source, (dropIn) => ({
        dependencies: { ...json.dependencies, sockjs: dropIn },
        // Programs that pin a release, or a commit, get ours too.
        overrides: { sockjs: "$sockjs" },
      })),
    ]);
    return new Projects(original, ours);
  }

  /** Compares what a program finds with ours, on a runtime, to what it finds with the original. */
  async compare(program: Program, runtime: RuntimeName): Promise<Comparison[]> {
    const skipped = program.skipped?.[runtime] ?? [];
    const [original, ours] = await Promise.all([
      this.#factsOfOriginal(program),
      factsOf(this.#ours, runtime, program.script, skipped),
    ]);
    const compared = Object.entries(original).filter(([sentence]) => !skipped.includes(sentence));
    return compareFacts(Object.fromEntries(compared), ours, program.differences);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([
      this.#original[Symbol.asyncDispose](),
      this.#ours[Symbol.asyncDispose](),
    ]);
  }

  #factsOfOriginal({ original, script }: Program): Promise<Facts> {
    if (typeof original !== "string") return Promise.resolve(original);
    let found = this.#found.get(script);
    if (found === undefined) {
      found = factsOf(this.#original, "node24", script);
      this.#found.set(script, found);
    }
    return found;
  }
}

async function factsOf(
  project: ScratchProject,
  runtime: RuntimeName,
  script: string,
  skipped: readonly string[] = [],
): Promise<Facts> {
  const printed = await project.run(runtime, script, skipped);
  // The lines before are of the program's log.
  return JSON.parse(printed.trimEnd().split("\n").at(-1) ?? "");
}
