/**
 * Makes programs of the code blocks in documents. The modules of a document become one program,
 * in which the names that a block defines are known to all later blocks.
 *
 * @module
 */

import type { Block, Document } from "./document.ts";

/** The languages of blocks that are checked. */
export const checkedLanguages = ["ts", "js"];

/** Where the code of a document is checked. */
export type Place = "deno" | "npm";

/**
 * Whether a block is checked there: what uses Deno's API only with Deno's types, and what uses
 * Bun's or comes from npm only with those of Bun and Node.
 */
export function isCheckedIn(place: Place, { language, text }: Block): boolean {
  if (!checkedLanguages.includes(language)) return false;
  return place === "deno"
    ? language === "ts" && !/\bBun\.|(?:from |require\()"sockjs-web\b/.test(text)
    : !/\bDeno\./.test(text);
}

/**
 * The programs of a document, by file name.
 *
 * @param given code that defines the names that the document leaves to its reader
 */
export function programsOf(document: Document, place: Place, given = ""): Map<string, string> {
  const name = document.path.replaceAll("/", "_");
  const programs = new Map<string, string>();
  const modules: Block[] = [];
  for (const block of document.blocks.filter((block) => isCheckedIn(place, block))) {
    // What uses CommonJS stands alone.
    if (/\brequire\("/.test(block.text)) programs.set(`${name}_${block.line}.cjs`, block.text);
    else modules.push(block);
  }
  if (modules.length > 0) {
    const extension = modules.some(({ language }) => language === "ts") ? "mts" : "mjs";
    programs.set(`${name}.${extension}`, nested(modules, place, given));
  }
  return programs;
}

const importStatement =
  /^import\s+(type\s+)?(?:(\w+),?\s*)?(?:\{([^}]*)\}\s*)?from\s+("[^"]+")([^;\n]*);.*$/gm;

/** Later blocks are nested in earlier ones, so they may use their names, and define them anew. */
function nested(blocks: readonly Block[], place: Place, given: string): string {
  const imports = new Set<string>();
  const bodies = blocks.map(({ text, line }) => {
    const named = place === "npm" ? text.replaceAll('"@sockjs/web', '"sockjs-web') : text;
    const body = named.replace(
      importStatement,
      (_, type = "", whole, names = "", module, attributes) => {
        if (whole !== undefined) imports.add(`import ${type}${whole} from ${module}${attributes};`);
        for (const name of names.split(",").map((name: string) => name.trim())) {
          if (name !== "") imports.add(`import ${type}{ ${name} } from ${module};`);
        }
        return "";
      },
    );
    // An export cannot be nested.
    return `{ // The block in line ${line}.\n${body.replace(/^export default /gm, "")}\n`;
  });
  // In a block of their own, so that others may define the names of `given` anew.
  return [...imports, given, "{", ...bodies, "}".repeat(bodies.length + 1), "export {};\n"]
    .join("\n");
}
