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
  ["messages", /^src\/(message|guard)\.ts$/],
  ["http", /^src\/http\//],
  ["runtimes", /^src\/runtimes\//],
  ["answers", /^src\/(pages|transports)\/|^src\/(route|service|authorization)\.ts$/],
  ["seams", /^src\/runtime\.ts$/],
  [
    "session",
    /^src\/(backlog|session|queue|session_parties|sessions|ready_state|departures|hold|holdings|thenable|timeouts|flushing|turns|peer)\.ts$/,
  ],
  ["application", /^src\/(connection|emitter|inbox|listeners|pipes|streams|unread)\.ts$/],
  ["options", /^src\/(options|option_checks|option_names|origin_checks|prefix|settings)\.ts$/],
  ["server", /^src\/(server|router|routes|faults|option_functions|shutdown)\.ts$/],
  ["entry", /^mod\.ts$/],
  ["adapters", /^src\/adapters\//],
];

/** What each room may import, besides itself. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  messages: ["protocol"],
  http: ["protocol"],
  seams: ["messages", "http"],
  session: ["messages", "protocol", "seams"],
  options: ["session"],
  application: ["session", "protocol"],
  answers: ["messages", "session", "seams", "protocol", "http", "options"],
  server: [
    ...["answers", "application", "messages", "options", "session", "seams", "protocol", "http"],
  ],
  runtimes: ["messages", "session", "seams", "protocol", "http"],
  adapters: [
    ...["entry", "runtimes", "server", "application", "options", "session", "seams"],
    "protocol",
  ],
  entry: ["server", "answers", "application", "options", "session", "seams", "runtimes"],
};

interface ModuleGraph {
  modules: { specifier: string; dependencies?: Dependency[] }[];
}

interface Dependency {
  specifier: string;
  code?: { specifier?: string };
  type?: { specifier?: string };
}

async function readGraph(entry: string): Promise<ModuleGraph> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", entry],
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

const { exports }: { exports: Record<string, string> } = JSON.parse(
  await Deno.readTextFile(new URL("deno.json", root)),
);
const graphs = new Map<string, ModuleGraph>();
for (const [name, entry] of Object.entries(exports)) graphs.set(name, await readGraph(entry));
const modules = graphs.values().flatMap((graph) => graph.modules);
const sources = new Map(
  modules.filter(({ specifier }) => specifier.startsWith(root.href))
    .map((module) => [module.specifier, module]),
);

Deno.test("every source file has a room, and imports only from rooms below", () => {
  assert(sources.size > 60, `only ${sources.size} files were looked at`);
  const wrong: string[] = [];
  for (const { specifier, dependencies = [] } of sources.values()) {
    const from = roomOf(pathOf(specifier));
    for (const dependency of dependencies) {
      const target = dependency.code?.specifier ?? dependency.type?.specifier ?? "";
      if (/^(?:node|npm):/.test(target)) continue;
      const to = roomOf(pathOf(target));
      if (from !== to && !mayImport[from]?.includes(to)) {
        wrong.push(`${pathOf(specifier)} (${from}) -> ${pathOf(target)} (${to})`);
      }
    }
  }
  assertEquals(wrong, []);
});

/** What users load from elsewhere with a subpath, types apart. */
function loadedBy(name: string): string[] {
  const outside = new Set<string>();
  for (const { specifier, dependencies = [] } of graphs.get(name)?.modules ?? []) {
    if (!specifier.startsWith(root.href)) continue;
    for (const { code } of dependencies) {
      const target = code?.specifier;
      if (target !== undefined && !target.startsWith(root.href)) outside.add(target);
    }
  }
  return [...outside].sort();
}

Deno.test("the root entry needs no package, and of Node only node:events", () => {
  assertEquals(loadedBy("."), ["node:events"]);
});

Deno.test("of packages, the subpaths load ws, and that only for Node's servers", () => {
  const packages = (name: string) => loadedBy(name).filter((target) => !target.startsWith("node:"));
  const ws = packages("./node").map((target) => target.replace(/@.*/, ""));
  assertEquals(ws, ["npm:ws"]);
  assertEquals(packages("./sockjs-node"), packages("./node"));
  assertEquals(packages("./hono"), []);
});

Deno.test("the stock client is loaded by its own subpath only", () => {
  for (const name of Object.keys(exports)) {
    const clients = loadedBy(name).filter((target) => /^npm:\/?sockjs-client@/.test(target));
    assertEquals(clients.length, name === "./client" ? 1 : 0, name);
  }
});

Deno.test("only the runtimes' seams and the entry name a runtime", async () => {
  const naming: string[] = [];
  for (const specifier of sources.keys()) {
    const path = pathOf(specifier);
    if (path === "mod.ts" || path.startsWith("src/runtimes/")) continue;
    const source = await Deno.readTextFile(new URL(path, root));
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    if (/\b(Deno|Bun)\b/.test(code)) naming.push(path);
  }
  assertEquals(naming, []);
});
