/**
 * Rewrites the project's documents for the package on npm. Their code imports the package by its
 * name there, and their links lead to what its users can reach.
 *
 * @module
 */

import { dirname, join } from "node:path/posix";

/** What links may lead to. */
export interface Surroundings {
  /** Whether the package has this file or folder, by its path in the project. */
  isPackaged(path: string): boolean;
  /** The address of the project; see `repository.ts`. */
  readonly repository: string | undefined;
}

/** Replaces the package's name on JSR by that on npm, except in `jsr:` specifiers. */
export function withNpmName(text: string): string {
  return text.replace(/(?<!jsr:)@sockjs\/web\b/g, "sockjs-web");
}

/** The code and the links of a document. The text of a link may contain code and pictures. */
const parts = new RegExp(
  [
    /^ *(?<fence>```|~~~)(?<language>\w*)[^]*?^ *\k<fence>$/,
    /`[^`\n]+`/,
    /(?<mark>!?)\[(?<text>(?:`[^`\n]*`|!\[[^\]]*\]\([^)\s]*\)|[^[\]`])*)\]\((?<target>[^()\s]+)\)/,
    // Relative links in other forms. They are refused, for they would not be rewritten.
    /(?<other>^\[[^\]\n]+\]:\s+(?!\w+:)\S+|<(?:a|img)\s[^>]*(?:href|src)="(?!\w+:|#)[^"]*")/,
  ].map(({ source }) => source).join("|"),
  "gm",
);

/** A document for the package; `path` is where it is in the project. */
export function packagedDocument(path: string, text: string, to: Surroundings): string {
  const packaged = text.replace(parts, (whole: string, ...others: unknown[]) => {
    const { language, mark = "", text, target = "", other } = others.at(-1) as Record<
      string,
      string | undefined
    >;
    if (other !== undefined) {
      throw new Error(`Cannot build: write ${other} in ${path} as [text](target)`);
    }
    if (language !== undefined) return /^[jt]sx?$/.test(language) ? packagedCode(whole) : whole;
    if (text === undefined) return whole;
    const address = packagedTarget(path, target, mark === "!", to);
    const inner = mark === "!" ? text : packagedDocument(path, text, to);
    if (address !== undefined) return `${mark}[${inner}](${address})`;
    return mark === "!" ? "" : inner;
  });
  // A picture that is dropped may leave an empty paragraph.
  return packaged === text ? text : packaged.replace(/\n{3,}/g, "\n\n");
}

/** Code for the package. Its comments on where an import comes from are no longer needed. */
function packagedCode(code: string): string {
  return withNpmName(code.replace(
    / \/\/ from (?:npm|JSR): "[^"\n]*"(?:, )?(.*)$/gm,
    (_, rest: string) => rest === "" ? "" : ` // ${rest}`,
  ));
}

/** The target of a link in the package; `undefined` if there is none. */
function packagedTarget(
  document: string,
  target: string,
  isPicture: boolean,
  { isPackaged, repository }: Surroundings,
): string | undefined {
  if (/^(?:\w+:|#)/.test(target)) return target;
  const [file = "", ...hash] = target.split(/(?=#)/);
  const path = join(dirname(document), file);
  if (isPackaged(path)) return target;
  if (repository === undefined) return undefined;
  return `${repository}/${isPicture ? "raw" : "blob"}/HEAD/${path}${hash.join("")}`;
}
