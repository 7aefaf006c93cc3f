/** The working directory and environment of a program, and what ends it. */
export interface RunOptions {
  cwd?: string | URL;
  env?: Record<string, string>;
  /** Whether the program gets no other environment. */
  clearEnv?: boolean;
  /** Ends the program. */
  signal?: AbortSignal;
}

/**
 * Runs a program to its end.
 *
 * @returns What it printed on its standard output.
 * @throws {Error} If it fails: with all that it printed.
 */
export async function run(
  [program = "", ...args]: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    ...options,
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (code === 0) return printed ?? "";
  throw new Error(`${[program, ...args].join(" ")} ended with ${code}:\n${printed}${errors}`);
}
