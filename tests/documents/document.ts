/**
 * Reads the project's Markdown documents: their code blocks, headings and links.
 *
 * @module
 */

/** The project's folder. */
export const root = new URL("../../", import.meta.url);

/** A fenced block of code. */
export interface Block {
  /** The word behind the fence: `ts`, `sh`; empty without one. */
  readonly language: string;
  readonly text: string;
  /** The line of its fence, from 1 on. */
  readonly line: number;
}

/** A Markdown document. */
export class Document {
  /** From the project's folder on. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** The text without its blocks. */
  readonly prose: string;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    const { blocks, prose } = divide(text);
    this.blocks = blocks;
    this.prose = prose;
  }

  /** Where its relative links start from. */
  get url(): URL {
    return new URL(this.path, root);
  }

  /** The names by which links reach its headings, as GitHub makes them. */
  get anchors(): ReadonlySet<string> {
    const anchors = new Set<string>();
    for (const [, heading = ""] of this.prose.matchAll(/^#+ (.+)$/gm)) {
      const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
      const name = plain.toLowerCase().replace(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
      let unique = name;
      for (let count = 1; anchors.has(unique); count++) unique = `${name}-${count}`;
      anchors.add(unique);
    }
    return anchors;
  }

  /** The targets of its links and pictures. */
  get links(): string[] {
    return Array.from(this.prose.matchAll(/\]\(([^()\s]+)\)/g), ([, target = ""]) => target);
  }

  /** The pieces of its prose that are set as code, but for those that are links. */
  get codeSpans(): string[] {
    const prose = this.prose.replace(/\[[^\]]*\]\([^)]*\)/g, "");
    return Array.from(prose.matchAll(/`([^`\n]+)`/g), ([, code = ""]) => code);
  }
}

function divide(text: string): { blocks: Block[]; prose: string } {
  const blocks: Block[] = [];
  const prose: string[] = [];
  let open: { language: string; line: number; lines: string[]; indent: number } | undefined;
  for (const [at, line] of text.split("\n").entries()) {
    const fence = /^( *)```(.*)$/.exec(line);
    if (fence === null) (open?.lines ?? prose).push(line.slice(open?.indent ?? 0));
    else if (open === undefined) {
      const [, indent = "", language = ""] = fence;
      open = { language: language.trim(), line: at + 1, lines: [], indent: indent.length };
    } else {
      blocks.push({ language: open.language, line: open.line, text: open.lines.join("\n") });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`The block of line ${open.line} does not end`);
  return { blocks, prose: prose.join("\n") };
}

/** Folders that are not the project's own. */
const foreign = ["node_modules", "npm", "soak", "coverage"];

/** All documents of the project, by path. */
export const documents: ReadonlyMap<string, Document> = new Map(
  await Array.fromAsync(findDocuments(""), async (path) => {
    const text = await Deno.readTextFile(new URL(path, root));
    return [path, new Document(path, text)] as const;
  }),
);

async function* findDocuments(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder || ".", root))) {
    if (name.startsWith(".") || foreign.includes(name)) continue;
    if (isDirectory) yield* findDocuments(`${folder}${name}/`);
    else if (name.endsWith(".md")) yield folder + name;
  }
}
