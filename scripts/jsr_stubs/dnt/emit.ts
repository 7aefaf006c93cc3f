import ts from "typescript";
import type { BuildOptions } from "./options.ts";

/** What sets the formats apart. */
const formats = {
  esm: { module: ts.ModuleKind.ESNext, type: "module" },
  script: { module: ts.ModuleKind.CommonJS, type: "commonjs" },
};

/** Compiles `src` into the folder of the format: JavaScript, types, and maps of both. */
export async function emit(
  format: keyof typeof formats,
  entryPoints: readonly string[],
  { outDir, typeCheck, compilerOptions: { target, lib, ...others } }: BuildOptions,
): Promise<void> {
  const { module, type } = formats[format];
  const options: ts.CompilerOptions = {
    ...others,
    rootDir: `${outDir}/src`,
    outDir: `${outDir}/${format}`,
    target: ts.ScriptTarget[target],
    lib: lib.map((name) => `lib.${name.toLowerCase()}.d.ts`),
    module,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    esModuleInterop: true,
    isolatedModules: true,
    // All packages of types that are installed there or above, as dnt has it.
    types: ["*"],
    strict: true,
    skipLibCheck: true,
    declaration: true,
    declarationMap: true,
  };
  const program = ts.createProgram(
    entryPoints.map((path) => `${outDir}/src/${path}`),
    options,
    { ...ts.createCompilerHost(options), getCurrentDirectory: () => outDir },
  );
  const problems = [
    ...typeCheck === false ? [] : ts.getPreEmitDiagnostics(program),
    ...program.emit().diagnostics,
  ];
  if (problems.length > 0) throw new Error(`Cannot build: ${describe(problems)}`);
  await Deno.writeTextFile(
    `${outDir}/${format}/package.json`,
    `{\n  "type": "${type}"\n}\n`,
  );
}

function describe(problems: readonly ts.Diagnostic[]): string {
  return ts.formatDiagnostics(problems, {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => Deno.cwd(),
    getNewLine: () => "\n",
  });
}
