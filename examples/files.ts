/**
 * Serves the files of an example's page.
 *
 * @module
 */

import { readFile } from "node:fs/promises";
import { extname } from "node:path";

const types = new Map([
  [".html", "text/html; charset=UTF-8"],
  [".css", "text/css; charset=UTF-8"],
  [".js", "text/javascript; charset=UTF-8"],
  [".svg", "image/svg+xml"],
]);

/** What all pages share: at `/page/`, so that their imports are the same as on the disk. */
const shared = new URL("page/", import.meta.url);

/**
 * A handler that gives the files of these folders, and nothing else that is on the
 * disk. A file that is in several is taken from the first.
 */
export function filesOf(...folders: readonly URL[]): (request: Request) => Promise<Response> {
  return async (request) => {
    // A hostile Host makes URLs that cannot be parsed.
    if (!URL.canParse(request.url)) return notFound();
    const { pathname } = new URL(request.url);
    // One level, and no dots but that before the extension.
    const match = /^\/(page\/)?([\w-]+\.[a-z]+)?$/.exec(pathname);
    const [, isShared, name = "index.html"] = match ?? [];
    const type = types.get(extname(name));
    if (match === null || type === undefined) return notFound();
    for (const folder of isShared ? [shared] : folders) {
      const content = await readFile(new URL(name, folder)).catch(() => undefined);
      if (content !== undefined) return new Response(content, { headers: fields(type) });
    }
    return notFound();
  };
}

/** What is edited shows at once. */
function fields(type: string): Record<string, string> {
  return { "Content-Type": type, "Cache-Control": "no-cache" };
}

function notFound(): Response {
  return new Response("Not found\n", { status: 404 });
}
