/**
 * Probes of which default exports `deno serve` accepts.
 *
 * @module
 */

import { spawn } from "node:child_process";
import process from "node:process";
import { hostname } from "../here.ts";

/** Whether `deno serve` serves a module of that text. */
function isServed(module: string): Promise<boolean> {
  const url = `data:text/javascript,${encodeURIComponent(module)}`;
  const child = spawn(process.execPath, ["serve", "--host", hostname, "--port", "0", url], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  return new Promise((resolve) => {
    let printed = "";
    child.stderr.on("data", (text) => {
      printed += text;
      if (!printed.includes("Listening on")) return;
      resolve(true);
      child.kill();
    });
    child.on("exit", () => resolve(false));
  });
}

/** Deno: a `fetch` that is the object's own, and those that are not. */
export async function defaultExports() {
  const response = "() => new Response()";
  const [property, method, getter] = await Promise.all([
    isServed(`export default new class { fetch = ${response}; }`),
    isServed(`export default new class { fetch() { return (${response})(); } }`),
    isServed(`export default new class { get fetch() { return ${response}; } }`),
  ]);
  return { property, method, getter };
}
