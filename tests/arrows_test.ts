/**
 * The rooms of the house, which are the folders of `src/`, and what each may import.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";

const root = new URL("../", import.meta.url);

/**
 * The rooms from the bottom up, each with the rooms that it may import from. All of them stand
 * above it in this list, so there are no circles between rooms.
 */
const rooms: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  event_loop: [],
  http: ["protocol"],
  runtimes: ["protocol", "event_loop", "http"],
  session: ["protocol", "event_loop", "runtimes"],
  connection: ["protocol", "event_loop", "session"],
  options: ["session"],
  routing: ["event_loop", "http", "runtimes", "session", "options"],
  transports: ["protocol", "event_loop", "http", "runtimes", "session", "options", "routing"],
  pages: ["http", "options", "routing"],
  server: [
    ...["protocol", "event_loop", "http", "runtimes", "session", "connection", "options"],
    ...["routing", "transports", "pages"],
  ],
  "mod.ts": ["protocol", "runtimes", "session", "connection", "options", "pages", "server"],
  adapters: [
    ...["protocol", "event_loop", "runtimes", "session", "connection", "options", "server"],
    "mod.ts",
  ],
};

/** Of `runtimes/`, all rooms but these know the interface alone. */
const knowRuntimes = ["runtimes", "mod.ts", "adapters"];

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
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? path;
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

Deno.test("rooms import only from rooms above them in the list", () => {
  const names = Object.keys(rooms);
  for (const [at, name] of names.entries()) {
    assertEquals(rooms[name]!.filter((other) => names.indexOf(other) >= at), [], name);
  }
});

/** Imports between files of ours. */
const arrows = sources.values().toArray().flatMap(({ specifier, dependencies = [] }) =>
  dependencies.map(({ code, type }) => code?.specifier ?? type?.specifier ?? "")
    .filter((target) => !/^(?:node|npm):/.test(target))
    .map((target) => ({ from: pathOf(specifier), to: pathOf(target) }))
);

Deno.test("every source file has a room, and imports only from those that its room may", () => {
  assert(sources.size > 60, `only ${sources.size} files were looked at`);
  const wrong = arrows.filter(({ from, to }) =>
    rooms[roomOf(from)] === undefined ||
    (roomOf(from) !== roomOf(to) && !rooms[roomOf(from)]!.includes(roomOf(to)))
  );
  assertEquals(wrong, []);
});

Deno.test("of the runtimes, all but the entry and the adapters know the interface alone", () => {
  const wrong = arrows.filter(({ from, to }) =>
    roomOf(to) === "runtimes" && to !== "src/runtimes/runtime.ts" &&
    !knowRuntimes.includes(roomOf(from))
  );
  assertEquals(wrong, []);
});

Deno.test("no two source files have the same name", () => {
  const paths = Map.groupBy(sources.keys().map(pathOf), (path) => path.replace(/.*\//, ""));
  const twice = paths.values().filter(({ length }) => length > 1).toArray();
  assertEquals(twice, []);
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
    assertEquals(clients.length, name === "./served-client" ? 1 : 0, name);
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
