/**
 * Checks the types of programs that use the package for npm, with the types of Node and Bun.
 *
 * @module
 */

import ts from "typescript";
import { npm } from "../../scripts/npm_package/project.ts";
import { ambient } from "./given.ts";

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
  types: ["node", "bun-types"],
  allowJs: true,
  checkJs: true,
  strict: true,
  // Some frameworks have no types of their own.
  noImplicitAny: false,
  skipLibCheck: true,
  noEmit: true,
};

/**
 * What is wrong with programs, which come by their file names.
 *
 * @returns The compiler's messages; empty where all is well.
 */
export function typeErrors(programs: ReadonlyMap<string, string>): string {
  // Within the package, so that it can be imported by its name.
  const files = new Map<string, string>();
  files.set(`${npm.pathname}programs/ambient.d.ts`, ambient);
  for (const [name, text] of programs) files.set(`${npm.pathname}programs/${name}`, text);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists, readFile } = host;
  const program = ts.createProgram([...files.keys()], options, {
    ...host,
    getCurrentDirectory: () => npm.pathname,
    fileExists: (name) => files.has(name) || fileExists(name),
    readFile: (name) => files.get(name) ?? readFile(name),
    getSourceFile(name, languageVersion, ...others) {
      const text = files.get(name);
      return text === undefined
        ? getSourceFile(name, languageVersion, ...others)
        : ts.createSourceFile(name, text, languageVersion);
    },
  });
  return ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => npm.pathname,
    getNewLine: () => "\n",
  });
}
