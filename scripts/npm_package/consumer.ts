/**
 * A temporary project that installs the npm package.
 *
 * @module
 */

import { run } from "../run.ts";
import { packageName } from "./package_json.ts";
import { runTool, type Tool } from "./tools.ts";
import { type Use, useOf } from "./uses.ts";

/** The ways to import, by the extension that stands for them. */
const imports = {
  mjs: (specifier: string) => `import * as it from "${specifier}";`,
  cjs: (specifier: string) => `const it = require("${specifier}");`,
  mts: (specifier: string) => `import * as it from "${specifier}";`,
  cts: (specifier: string) => `import it = require("${specifier}");`,
};

/** Whose types a TypeScript project has, and what it can do then. */
const surroundings: Record<string, { options: object; uses: readonly (keyof Use)[] }> = {
  "those of browsers": {
    options: { lib: ["ES2022", "DOM", "DOM.Iterable"], types: [] },
    uses: ["anywhere"],
  },
  "those of Node": {
    options: { lib: ["ES2022"], types: ["node"] },
    uses: ["anywhere", "onNode"],
  },
};

/** All that `check` takes. */
export const surroundingTypes = Object.keys(surroundings);

/** A folder with the package installed, and programs for each subpath and way to import. */
export class Consumer {
  readonly #folder: string;
  readonly #subpaths: readonly string[];

  private constructor(folder: string, subpaths: readonly string[]) {
    this.#folder = folder;
    this.#subpaths = subpaths;
  }

  /** Makes a project in an empty folder, with these packages. */
  static async install(
    folder: string,
    packages: readonly string[],
    subpaths: readonly string[],
  ): Promise<Consumer> {
    const consumer = new Consumer(folder, subpaths);
    await consumer.#write("package.json", JSON.stringify({ private: true }));
    await run(["npm", "install", "--no-audit", "--no-fund", ...packages], { cwd: folder });
    for (const [extension, importing] of Object.entries(imports)) {
      for (const subpath of subpaths) {
        for (const [use, text] of Object.entries(useOf(subpath))) {
          const program = importing(packageName + subpath.slice(1)) + text;
          await consumer.#write(`${fileName(subpath, use)}.${extension}`, program);
        }
      }
    }
    return consumer;
  }

  /** Runs the programs on Node, and fails when one of them does. */
  async run(extension: "mjs" | "cjs"): Promise<void> {
    for (const file of this.#files(["anywhere", "onNode"], [extension])) {
      // One that gets no response would wait for ever.
      await run(["node", file], { cwd: this.#folder, signal: AbortSignal.timeout(30_000) });
    }
  }

  /** The names that a module exports. */
  async names(subpath: string, extension: "mjs" | "cjs"): Promise<string> {
    const importing = imports[extension](packageName + subpath.slice(1));
    const program = `${importing} console.log(Object.keys(it).sort().join())`;
    const type = extension === "mjs" ? "module" : "commonjs";
    return await run(["node", `--input-type=${type}`, "--eval", program], { cwd: this.#folder });
  }

  /**
   * Checks the types of the programs, and of all declarations that they need; those of CommonJS
   * alone where that is the module.
   */
  async check(
    compiler: Tool,
    types: string,
    { module }: { module: "nodenext" | "commonjs" } = { module: "nodenext" },
  ): Promise<void> {
    const { options = {}, uses = [] } = surroundings[types] ?? {};
    const config = {
      compilerOptions: {
        ...options,
        target: "ES2022",
        module,
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
      },
      files: this.#files(uses, module === "commonjs" ? ["cts"] : ["mts", "cts"]),
    };
    await this.#write("tsconfig.json", JSON.stringify(config));
    await runTool(compiler, ["tsc"], { cwd: this.#folder });
  }

  #files(uses: readonly (keyof Use)[], extensions: readonly string[]): string[] {
    return this.#subpaths.flatMap((subpath) =>
      uses.flatMap((use) => extensions.map((extension) => `${fileName(subpath, use)}.${extension}`))
    );
  }

  async #write(name: string, text: string): Promise<void> {
    await Deno.writeTextFile(`${this.#folder}/${name}`, text);
  }
}

/** `./node` is used in `node_anywhere`, `.` in `main_anywhere`. */
function fileName(subpath: string, use: string): string {
  return `${subpath.slice(2).replaceAll("/", "_") || "main"}_${use}`;
}
