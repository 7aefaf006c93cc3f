/**
 * A copy of the project to try the recipes of `src/README.md` in.
 *
 * @module
 */

import { run } from "../../scripts/run.ts";

const root = new URL("../../", import.meta.url);

/** What a recipe may need, with the tests that serve a host. */
const copied = [
  "deno.json",
  "deno.lock",
  "mod.ts",
  "src",
  "scripts",
  "examples",
  "tests/support",
  "tests/conformance",
];

/** A copy in a folder of its own, with the packages of this project. */
export class ScratchCopy implements AsyncDisposable {
  readonly folder: string;
  readonly #touched = new Set<string>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes a copy that is the same as the project. */
  static async make(): Promise<ScratchCopy> {
    const folder = await Deno.makeTempDir();
    for (const path of copied) await copyTree(new URL(path, root).pathname, `${folder}/${path}`);
    await Deno.symlink(new URL("node_modules", root).pathname, `${folder}/node_modules`);
    return new ScratchCopy(folder);
  }

  /** The files written to so far that a recipe does not name; for a new file it names the folder. */
  async unnamed(recipe: string): Promise<string[]> {
    const readme = await Deno.readTextFile(new URL("src/README.md", root));
    const [, steps = ""] = readme.split(`\n**${recipe}**\n`);
    const [text = ""] = steps.split(/^(?:\*\*|#)/m);
    const exists = (path: string) => Deno.stat(new URL(path, root)).then(() => true, () => false);
    const unnamed: string[] = [];
    for (const path of this.touched) {
      const place = await exists(path) ? path : path.replace(/[^/]*$/, "");
      if (!text.includes(place.replace(/^src\//, ""))) unnamed.push(path);
    }
    return unnamed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }

  /** The files that a recipe has written to so far. */
  get touched(): string[] {
    return [...this.#touched].sort();
  }

  /** Adds a file. */
  async add(path: string, text: string): Promise<void> {
    this.#touched.add(path);
    await Deno.writeTextFile(`${this.folder}/${path}`, text, { createNew: true });
  }

  /** Writes into a file, before a text that stands in it once. */
  async insert(path: string, before: string, text: string): Promise<void> {
    this.#touched.add(path);
    const old = await Deno.readTextFile(`${this.folder}/${path}`);
    const [start = "", end, ...more] = old.split(before);
    if (end === undefined || more.length > 0) throw new Error(`${path} has not once: ${before}`);
    await Deno.writeTextFile(`${this.folder}/${path}`, start + text + before + end);
  }

  /** Checks the types of files; gives the errors, or an empty text. */
  async check(...paths: readonly string[]): Promise<string> {
    try {
      await this.deno(["check", "--quiet"], ...paths);
      return "";
    } catch (error) {
      return String(error);
    }
  }

  /** Runs a module of the copy, and gives what it prints. */
  async runModule(text: string): Promise<string> {
    const path = `${this.folder}/program.ts`;
    await Deno.writeTextFile(path, text);
    return (await this.deno(["run", "--no-check", "--allow-all"], path)).trim();
  }

  /** Runs facts of the conformance suite on a host; returns how many have that word in their name. */
  async holdFacts(host: string, word: string, ...files: readonly string[]): Promise<number> {
    const path = `${this.folder}/tests/conformance/some_test.ts`;
    const imports = files.map((file) => `await import("./facts/${file}.ts");`);
    await Deno.writeTextFile(
      path,
      `import { factOfTheEnd, testFactsOn } from "../support/fact.ts";
      testFactsOn("${host}");
      ${imports.join("\n")}
      factOfTheEnd();`,
    );
    const report = `${this.folder}/report.xml`;
    const options = [
      "--no-check",
      "--allow-all",
      `--filter=/^${host} .*${word}/`,
      `--junit-path=${report}`,
    ];
    await this.deno(["test", ...options], path);
    return (await Deno.readTextFile(report)).match(/<testcase /g)?.length ?? 0;
  }

  /** Runs Deno in the copy, without the network. */
  async deno(command: readonly string[], ...args: readonly string[]): Promise<string> {
    const [name = "", ...options] = command;
    const local = ["--cached-only", "--no-lock", "--node-modules-dir=manual"];
    return await run([Deno.execPath(), name, ...local, ...options, ...args], {
      cwd: this.folder,
      env: { NO_COLOR: "1" },
    });
  }
}

async function copyTree(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) {
    await Deno.mkdir(to.replace(/\/[^/]*$/, ""), { recursive: true });
    return await Deno.copyFile(from, to);
  }
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) {
    await copyTree(`${from}/${name}`, `${to}/${name}`);
  }
}
