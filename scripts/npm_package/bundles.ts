/**
 * Bundles programs that use the npm package into one file, with the usual bundlers.
 *
 * @module
 */

import { run } from "../run.ts";
import { runtimeCommand } from "../runtimes.ts";
import { runTool } from "./tools.ts";

/** A program that asks itself for the client that it serves. */
function program(importing: string): string {
  return `
    import http from "node:http";
    import { createServer } from "sockjs-web";
    import { installHandlers } from "sockjs-web/node";
    ${importing}
    const httpServer = http.createServer();
    installHandlers(createServer({ prefix: "/echo", serveClient: client }), httpServer);
    httpServer.listen(0, "127.0.0.1", async () => {
      const { port } = httpServer.address();
      const response = await fetch("http://127.0.0.1:" + port + "/echo/sockjs.min.js");
      console.log((await response.text()).slice(0, 16));
      process.exit();
    });
  `;
}

const ours = `import { client } from "sockjs-web/served-client";`;
const asText = `import source from "sockjs-client/dist/sockjs.min.js" with { type: "text" };
  const client = { source };`;

/**
 * Bundles programs in a project that has the package, and runs them there, or in another folder
 * where there is nothing else. Gives what was tried.
 *
 * @throws {Error} Where one does not do what is documented.
 */
export async function checkBundles(project: string, elsewhere: string): Promise<string[]> {
  await Deno.writeTextFile(`${project}/bundled.mjs`, program(ours));
  await Deno.writeTextFile(`${project}/bundled_text.mjs`, program(asText));
  const bundle = (entry: string, ...args: string[]) =>
    runTool("esbuild", ["esbuild", entry, "--bundle", "--platform=node", ...args], {
      cwd: project,
    });
  const cjs = "bundled.cjs";
  await bundle("bundled.mjs", "--format=cjs", `--outfile=${cjs}`);
  await serves("esbuild to CommonJS", ["node", cjs], project);
  await Deno.copyFile(`${project}/${cjs}`, `${elsewhere}/${cjs}`);
  await saysWhatToDo(["node", cjs], elsewhere);
  await bundle("bundled_text.mjs", "--format=cjs", `--outfile=${elsewhere}/text.cjs`);
  await serves("esbuild, the client as a text", ["node", "text.cjs"], elsewhere);
  await bundle("bundled.mjs", "--format=esm", "--external:ws", "--outfile=external.mjs");
  await serves("esbuild to an ES module, without ws", ["node", "external.mjs"], project);
  const tried = ["esbuild"];
  const [bun] = await runtimeCommand("bun") ?? [];
  if (bun === undefined) return tried;
  const made = `${elsewhere}/compiled`;
  await run([bun, "build", "--compile", "bundled.mjs", "--outfile", made], { cwd: project });
  await serves("bun build --compile", [made], elsewhere);
  return [...tried, "bun build --compile"];
}

async function serves(what: string, command: string[], cwd: string): Promise<void> {
  const printed = await run(command, { cwd, signal: AbortSignal.timeout(30_000) });
  if (printed.trim() !== "/* sockjs-client") throw new Error(`${what}: it serves ${printed}`);
}

/** A bundle that has left the client behind. */
async function saysWhatToDo(command: string[], cwd: string): Promise<void> {
  const message = await run(command, { cwd }).then(() => "it runs", ({ message }) => `${message}`);
  if (!message.includes("serveClient: { source }")) throw new Error(`A bundle says: ${message}`);
}
