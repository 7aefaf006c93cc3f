/**
 * The rooms of the house, and which may know of which: CONTRIBUTING.md draws them.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";

const root = new URL("../", import.meta.url);

/** Rooms by the paths in them; the first that fits counts. */
const rooms: readonly [name: string, paths: RegExp][] = [
  ["protocol", /^src\/protocol\//],
  ["http", /^src\/http\//],
  ["runtimes", /^src\/runtimes\//],
  ["answers", /^src\/(pages|transports)\/|^src\/(route|service)\.ts$/],
  ["seams", /^src\/runtime\.ts$/],
  ["session", /^src\/(backlog|session|sessions|timeouts|flushing|turns|peer)\.ts$/],
  ["application", /^src\/(connection|emitter|inbox|listeners|streams)\.ts$/],
  ["options", /^src\/(options|option_checks)\.ts$/],
  ["server", /^src\/(server|router|routes|faults)\.ts$/],
  ["entry", /^mod\.ts$/],
];

/** What each room may import, besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  http: ["protocol"],
  seams: ["http"],
  session: ["protocol", "seams"],
  options: ["session"],
  application: ["session", "protocol"],
  answers: ["session", "seams", "protocol", "http", "options"],
  server: ["answers", "application", "options", "session", "seams", "protocol", "http"],
  runtimes: ["session", "seams", "protocol", "http"],
  entry: ["server", "application", "options", "session", "seams", "runtimes"],
};

interface ModuleGraph {
  modules: { specifier: string; dependencies?: Dependency[] }[];
}

interface Dependency {
  specifier: string;
  code?: { specifier?: string };
  type?: { specifier?: string };
}

async function readGraph(): Promise<ModuleGraph> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "mod.ts"],
    cwd: root,
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

function pathOf(specifier: string): string {
  return specifier.startsWith(root.href) ? specifier.slice(root.href.length) : specifier;
}

function roomOf(path: string): string {
  return rooms.find(([, paths]) => paths.test(path))?.[0] ?? "nowhere";
}

const graph = await readGraph();
const sources = graph.modules.filter(({ specifier }) => specifier.startsWith(root.href));

Deno.test("every source file has a room, and imports only from rooms below", () => {
  assert(sources.length > 40, `only ${sources.length} files were looked at`);
  const wrong: string[] = [];
  for (const { specifier, dependencies = [] } of sources) {
    const from = roomOf(pathOf(specifier));
    for (const dependency of dependencies) {
      const target = dependency.code?.specifier ?? dependency.type?.specifier ?? "";
      if (target.startsWith("node:")) continue;
      const to = roomOf(pathOf(target));
      if (from !== to && !mayImport[from]?.includes(to)) {
        wrong.push(`${pathOf(specifier)} (${from}) -> ${pathOf(target)} (${to})`);
      }
    }
  }
  assertEquals(wrong, []);
});

Deno.test("what users import needs no package, and of Node only node:events", () => {
  const outside = graph.modules.map(({ specifier }) => specifier)
    .filter((specifier) => !specifier.startsWith(root.href));
  assertEquals(outside, ["node:events"]);
});

Deno.test("only the runtimes' seams and the entry name a runtime", async () => {
  const naming: string[] = [];
  for (const { specifier } of sources) {
    const path = pathOf(specifier);
    if (path === "mod.ts" || path.startsWith("src/runtimes/")) continue;
    const source = await Deno.readTextFile(new URL(path, root));
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    if (/\b(Deno|Bun)\b/.test(code)) naming.push(path);
  }
  assertEquals(naming, []);
});
