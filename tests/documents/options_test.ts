/** The reference page and the docstrings describe every option, with its default. */

import { protocols } from "../../src/protocol/transport_names.ts";
import { assertEquals } from "@std/assert";
import { optionNames, readOptions } from "../../src/options/settings.ts";
import { run } from "../../scripts/run.ts";
import { documents, root } from "./document.ts";

const page = documents.get("src/options/README.md")!;
const defaults = readOptions({}) as unknown as Readonly<Record<string, unknown>>;

/** The spellings of sockjs-node, and what is there for its sake alone. */
const isAlias = (name: string) => name.includes("_");

/** A default as documents write it; undefined for one that needs words. */
function written(name: string): string | undefined {
  const value = defaults[name];
  if (typeof value === "string" && name === "sockjsUrl") return value;
  return ["string", "number", "boolean"].includes(typeof value) ? JSON.stringify(value) : undefined;
}

Deno.test("the reference has a row for every option, with its default", () => {
  const wrong: string[] = [];
  for (const name of optionNames) {
    if (isAlias(name)) continue;
    const row = new RegExp(`^\\| \`${name}\` +\\| (.*?) +\\| (.*?) +\\|$`, "m").exec(page.prose);
    const shown = row?.[1]?.replaceAll("`", "");
    if (row === null || shown === "" || row[2] === "") wrong.push(`${name} has no row`);
    else if (written(name) !== undefined && shown !== written(name)) {
      wrong.push(`${name} is ${written(name)} by default, not ${shown}`);
    }
  }
  assertEquals(wrong, []);
});

Deno.test("the reference names every transport", () => {
  assertEquals(protocols.filter((name) => !page.codeSpans.includes(name)), []);
});

Deno.test("the reference names every spelling of sockjs-node", () => {
  assertEquals(optionNames.filter((name) => isAlias(name) && !page.codeSpans.includes(name)), []);
});

/** A field of an interface, as `deno doc` describes it. */
interface Field {
  readonly name: string;
  readonly jsDoc?: {
    readonly doc?: string;
    readonly tags?: readonly { readonly kind: string; readonly value?: string }[];
  };
}

interface Symbol {
  readonly name: string;
  readonly declarations: readonly { readonly def?: { readonly properties?: readonly Field[] } }[];
}

/** The fields of ServerOptions, as users of the root entry see them. */
async function documentedOptions(): Promise<readonly Field[]> {
  const entry = new URL("mod.ts", root);
  const printed = await run([Deno.execPath(), "doc", "--quiet", "--json", entry.pathname]);
  const { nodes }: { nodes: Record<string, { symbols: readonly Symbol[] }> } = JSON.parse(printed);
  const options = nodes[entry.href]?.symbols.find(({ name }) => name === "ServerOptions");
  return options?.declarations.flatMap(({ def }) => def?.properties ?? []) ?? [];
}

Deno.test("every option has a docstring, with its default", async () => {
  const fields = new Map((await documentedOptions()).map((field) => [field.name, field]));
  const wrong: string[] = [];
  for (const name of optionNames) {
    if (isAlias(name)) continue;
    const { doc = "", tags = [] } = fields.get(name)?.jsDoc ?? {};
    // To `deno doc` a default without braces is an unsupported tag.
    const tag = tags.find(({ kind, value }) =>
      kind === "default" || value?.startsWith("@default ")
    );
    const shown = tag?.value ?? "";
    if (doc === "" || shown === "") wrong.push(`${name} has no docstring with a default`);
    else if (written(name) !== undefined && !shown.includes(written(name)!)) {
      wrong.push(`${name} is ${written(name)} by default, not ${shown}`);
    }
  }
  assertEquals(wrong, []);
});
