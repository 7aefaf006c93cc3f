/** An adapter is a file, an export, and a program that uses it. */

import { assertEquals } from "@std/assert";
import { ScratchCopy } from "./scratch_copy.ts";

const file = "src/adapters/toy.ts";
const uses = "scripts/npm_package/uses.ts";

/** A server as a function from a path to a text. */
const source = `/** A toy. */
import type { SockJSServer } from "./sockjs_server.ts";

export type { SockJSServer };

export function toy(server: SockJSServer): (path: string) => Promise<string> {
  return async (path) => {
    const url = "http://toy" + path;
    if (!server.matches(url)) return "not here";
    return await (await server.handle(new Request(url))).text();
  };
}
`;

Deno.test("an adapter is a file, an export and a program, which works then", async () => {
  await using copy = await ScratchCopy.make();
  await copy.add(file, source);
  await copy.insert("deno.json", `"./hono": `, `"./toy": "./${file}",\n    `);
  await copy.insert(
    uses,
    `  "./hono": {`,
    `  "./toy": {
    onNode: \`
      const { createServer } = await import("@sockjs/web");
      const request = it.toy(createServer({ prefix: "/echo" }));
      const texts = [await request("/echo"), await request("/other")];
      if (texts.join() !== "Welcome to SockJS!\\\\n,not here") throw new Error(texts.join());
    \`,
  },
`,
  );
  assertEquals(await copy.unnamed("An adapter"), []);
  assertEquals(await copy.check("mod.ts", file, uses), "");
  const text = await copy.runModule(programOf("./toy"));
  assertEquals(text, "used");
});

/** Runs what the checks of the package for npm would run. */
function programOf(subpath: string): string {
  return `
    import { useOf } from "./${uses}";
    const { anywhere, onNode } = useOf("${subpath}");
    const program = "import * as it from '@sockjs/web/toy';" + anywhere + onNode;
    await Deno.writeTextFile("used.ts", program);
    await import("./used.ts");
    console.log("used");
  `;
}
