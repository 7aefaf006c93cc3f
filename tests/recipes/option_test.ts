/** An option is a row, a field and a line in the reference. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { ScratchCopy } from "./scratch_copy.ts";

const row = "src/options/settings.ts";
const field = "src/options/server_options.ts";

const addRow = (copy: ScratchCopy) =>
  copy.insert(row, "  prefix: { ...aPrefix", "  maxToys: { ...aCount, default: 7 },\n");
const addField = (copy: ScratchCopy) =>
  copy.insert(
    field,
    "  /**\n   * The path under which",
    `  /**
   * The most toys of a client.
   *
   * @default {7}
   */
  maxToys?: number | undefined;
`,
  );

Deno.test("an option is a row and a field, and is checked and has its default then", async () => {
  await using copy = await ScratchCopy.make();
  await addField(copy);
  assertStringIncludes(await copy.check(row), "Property 'maxToys' is missing");
  await addRow(copy);
  assertEquals(await copy.unnamed("An option"), []);
  await copy.add(
    "uses_settings.ts",
    `import type { Settings } from "./src/options/settings.ts";
import type { ServerOptions } from "./mod.ts";
export const read = (settings: Settings): number => settings.maxToys;
export const options: ServerOptions = { maxToys: 3 };
`,
  );
  assertEquals(await copy.check("mod.ts", "uses_settings.ts"), "");
  const printed = await copy.runModule(`
    import { readOptions } from "./src/options/settings.ts";
    import { createServer } from "./mod.ts";
    const refusal = (() => {
      try {
        createServer({ maxToys: 0 });
      } catch (error) {
        return error.message;
      }
    })();
    const read = [{}, { maxToys: 3 }].map((options) => readOptions(options).maxToys);
    console.log(JSON.stringify([...read, refusal]));
  `);
  const refusal = "Cannot create a server: the option maxToys must be a number from 1 to " +
    "9007199254740991, got 0";
  assertEquals(JSON.parse(printed), [7, 3, refusal]);
});

Deno.test("an option's row without its field is an error of types", async () => {
  await using copy = await ScratchCopy.make();
  await addRow(copy);
  assertStringIncludes(await copy.check(row), "'maxToys' does not exist in type");
});
