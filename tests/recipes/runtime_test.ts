/** A runtime is a file, its choice in `mod.ts`, and its name for the tests. */

import { assert, assertEquals } from "@std/assert";
import { ScratchCopy } from "./scratch_copy.ts";

const file = "src/runtimes/toy.ts";
const commands = "scripts/runtimes.ts";
const hosts = "tests/support/hosts.ts";

/** Deno under another name, with addresses of its own. */
const source = `/** A toy. */
import { type DenoGlobal, denoRuntime } from "./deno.ts";
import type { Runtime } from "./runtime.ts";

export function toyRuntime(deno: DenoGlobal): Runtime {
  const runtime = denoRuntime(deno);
  return (request, info) =>
    Object.assign(runtime(request, info), {
      endpoints: () => ({ remote: { address: "toy", port: 1 } }),
    });
}
`;

Deno.test("a runtime is a file, its choice and its name, and facts hold on it then", async () => {
  await using copy = await ScratchCopy.make();
  await copy.add(file, source);
  await copy.insert("mod.ts", "import { bunRuntime", `import { toyRuntime } from "./${file}";\n`);
  await copy.insert(
    "mod.ts",
    "Bun !== undefined\n    ?",
    `"Toy" in globalThis\n    ? toyRuntime(Deno as DenoGlobal)\n    : `,
  );
  await copy.insert(commands, `| NodeName;`, `| "toy" `);
  const preload = `"data:text/javascript,globalThis.Toy=1"`;
  await copy.insert(
    commands,
    "  const known = ",
    `  if (name === "toy") return [Deno.execPath(), "run", "-A", "--no-check", "--preload", ${preload}];\n`,
  );
  await copy.insert(hosts, `  | "deno-node"`, `  | "toy"\n`);
  await copy.insert(hosts, `  "bun": {`, `  "toy": { runtime: "toy", args: [] },\n`);
  assertEquals(await copy.unnamed("A runtime"), []);
  assertEquals(await copy.check("mod.ts", hosts), "");

  const address = await copy.runModule(`
    globalThis.Toy = 1;
    const { createServer } = await import("./mod.ts");
    const server = createServer();
    server.on("connection", (connection) => console.log(connection.remoteAddress));
    await server.handler(new Request("http://a/0/b/xhr", { method: "POST" }));
    await server.close();
  `);
  assertEquals(address, "toy");
  const held = await copy.holdFacts("toy", "", "greeting_and_info", "methods");
  assert(held > 10, `only ${held} facts were tried on the runtime`);
});
