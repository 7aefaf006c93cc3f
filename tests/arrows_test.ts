/**
 * The layers of `src/`, which are its folders, and what each may import.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";

const root = new URL("../", import.meta.url);

/**
 * The layers from the bottom up, each with the layers that it may import from. All of them stand
 * above it in this list, so there are no cycles between layers.
 */
const layers: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  event_loop: [],
  http: ["protocol"],
  runtimes: ["protocol", "event_loop", "http"],
  cluster: ["protocol", "event_loop"],
  options: ["protocol", "http", "cluster"],
  session: ["protocol", "event_loop", "runtimes"],
  connection: ["protocol", "event_loop", "session"],
  routing: ["protocol", "event_loop", "http", "runtimes", "session", "options"],
  transports: ["protocol", "event_loop", "http", "runtimes", "session", "options", "routing"],
  carrying: [
    ...["protocol", "event_loop", "http", "runtimes", "cluster", "session"],
    ...["options", "routing", "transports"],
  ],
  pages: ["protocol", "http", "options", "routing"],
  server: [
    ...["protocol", "event_loop", "http", "runtimes", "cluster", "session", "connection"],
    ...["options", "routing", "transports", "carrying", "pages"],
  ],
  "mod.ts": [
    "protocol",
    "runtimes",
    "cluster",
    "session",
    "connection",
    "options",
    "pages",
    "server",
  ],
  adapters: [
    ...["protocol", "event_loop", "runtimes", "cluster", "session", "connection", "options"],
    "server",
    "mod.ts",
  ],
};

/** The interface of a runtime; the other files of its layer implement it. */
const runtimeInterface = "src/runtimes/runtime.ts";

/** Of `runtimes/`, all layers but these know the interface alone. */
const knowRuntimes = ["runtimes", "mod.ts", "adapters"];

interface ModuleGraph {
  modules: { specifier: string; dependencies?: Dependency[] }[];
}

interface Dependency {
  specifier: string;
  /** Loaded only when the code asks for it. */
  isDynamic?: boolean;
  code?: { specifier?: string };
  type?: { specifier?: string };
}

async function readGraph(entry: string): Promise<ModuleGraph> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    // So that packages are named by their specifiers, not by their files.
    args: ["info", "--node-modules-dir=auto", "--json", entry],
    cwd: root,
    stderr: "inherit",
  }).output();
  return JSON.parse(new TextDecoder().decode(stdout));
}

function pathOf(specifier: string): string {
  return specifier.startsWith(root.href) ? specifier.slice(root.href.length) : specifier;
}

function layerOf(path: string): string {
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

Deno.test("layers import only from layers above them in the list", () => {
  const names = Object.keys(layers);
  for (const [at, name] of names.entries()) {
    assertEquals(layers[name]!.filter((other) => names.indexOf(other) >= at), [], name);
  }
});

/** Imports between files of ours. */
const arrows = sources.values().toArray().flatMap(({ specifier, dependencies = [] }) =>
  dependencies.map(({ code, type }) => code?.specifier ?? type?.specifier ?? "")
    .filter((target) => !/^(?:node|npm):/.test(target))
    .map((target) => ({ from: pathOf(specifier), to: pathOf(target) }))
);

Deno.test("every source file has a layer, and imports only from those that its layer may", () => {
  assert(sources.size > 60, `only ${sources.size} files were looked at`);
  const wrong = arrows.filter(({ from, to }) =>
    layers[layerOf(from)] === undefined ||
    (layerOf(from) !== layerOf(to) && !layers[layerOf(from)]!.includes(layerOf(to)))
  );
  assertEquals(wrong, []);
});

/** `Server.websocket` is for Bun alone, and has a type of Bun's. */
function isTypeOfHandlers(from: string, to: string): boolean {
  return /^src\/server\/(server|default_runtime)\.ts$/.test(from) &&
    to === "src/runtimes/bun_websockets.ts";
}

Deno.test("of the runtimes, all but the entry and the adapters know the interface alone", () => {
  const wrong = arrows.filter(({ from, to }) =>
    layerOf(to) === "runtimes" && to !== runtimeInterface &&
    !knowRuntimes.includes(layerOf(from)) && !isTypeOfHandlers(from, to)
  );
  assertEquals(wrong, []);
});

/** All files that a file imports, and those that they import. */
function reachableFrom(file: string, found = new Set<string>()): Set<string> {
  for (const { from, to } of arrows) {
    if (from !== file || found.has(to)) continue;
    found.add(to);
    reachableFrom(to, found);
  }
  return found;
}

Deno.test("in the layer of the runtimes there are no cycles, not even of types", () => {
  const files = sources.keys().map(pathOf).filter((path) => layerOf(path) === "runtimes");
  assertEquals(files.filter((file) => reachableFrom(file).has(file)).toArray(), []);
});

Deno.test("no two source files have the same name", () => {
  const paths = Map.groupBy(sources.keys().map(pathOf), (path) => path.replace(/.*\//, ""));
  const twice = paths.values().filter(({ length }) => length > 1).toArray();
  assertEquals(twice, []);
});

/** Names one letter apart that are both the right word. */
const allowedNeighbours = ["all call", "bun bus", "route router"];

Deno.test("no two source files have names one letter apart, but for those in a list", () => {
  const names = sources.keys().map((each) => pathOf(each).replace(/.*\/|\.ts$/g, "")).toArray();
  const neighbours = names.sort().flatMap((name, at) =>
    names.slice(at + 1).filter((other) => isOneLetterFrom(name, other))
      .map((other) => `${name} ${other}`)
  );
  assertEquals(neighbours, allowedNeighbours);
});

/** Whether a letter that is added, left out or changed makes one name of the other. */
function isOneLetterFrom(name: string, other: string): boolean {
  let start = 0;
  while (start < name.length && name[start] === other[start]) start++;
  const rest = name.slice(start);
  const otherRest = other.slice(start);
  return rest.slice(1) === otherRest || rest === otherRest.slice(1) ||
    rest.slice(1) === otherRest.slice(1);
}

/** What adapters use of `server/`: nothing that looks into a server. */
const usedByAdapters = ["src/server/error_reporter.ts"];

Deno.test("adapters know a server by its public members, and import no more than a list", () => {
  const imported = arrows.filter(({ from, to }) =>
    layerOf(from) === "adapters" && layerOf(to) === "server"
  );
  assertEquals([...new Set(imported.map(({ to }) => to))], usedByAdapters);
});

/** What exists only for programs that use the insides of sockjs-node. */
const oldInternals = "src/adapters/sockjs_node/old_internals/";

Deno.test("only the entry of sockjs-node imports from the folder of its old internals", () => {
  const outside = arrows.filter(({ from, to }) =>
    to.startsWith(oldInternals) && !from.startsWith(oldInternals)
  );
  assertEquals([...new Set(outside.map(({ from }) => from))], ["src/adapters/sockjs_node.ts"]);
});

/** Imports from one suite to another that are allowed, with the reason. */
const betweenSuites: Readonly<Record<string, string>> = {
  "tests/support/fact.ts -> tests/conformance/carried_server.ts":
    "every fact runs against this server as well, whose requests are all carried",
  "tests/support/fact.ts -> tests/conformance/server.ts":
    "every fact runs against this server, those of tests/reliability too",
  "tests/scripts/tasks_test.ts -> tests/reliability/soak/arguments.ts":
    "the soak is a task as well, and its arguments are tested with those of other tasks",
};

/** All TypeScript files below a folder. */
function filesBelow(folder: string): string[] {
  return Deno.readDirSync(new URL(folder, root)).toArray().flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(`${folder}${name}/`) : name.endsWith(".ts") ? [folder + name] : []
  );
}

Deno.test("a test suite uses files of no other suite, only those of tests/support", () => {
  const suiteOf = (path: string) => /^tests\/([^/]+)\//.exec(path)?.[1];
  const files = filesBelow("tests/");
  assert(files.length > 300, `only ${files.length} files were found`);
  const found = files.flatMap((file) =>
    Deno.readTextFileSync(new URL(file, root)).matchAll(/"(\.{1,2}\/[^"\n]+)"/g)
      .map(([, relative = ""]) => pathOf(new URL(relative, new URL(file, root)).href))
      .filter((path) => ![undefined, "support", suiteOf(file)].includes(suiteOf(path)))
      .filter((path) => files.includes(path))
      .map((path) => `${file} -> ${path}`).toArray()
  );
  assertEquals(found.sort(), Object.keys(betweenSuites).sort());
});

/** What users load from elsewhere with a subpath at once, types apart. */
function loadedBy(name: string): string[] {
  return modulesOf(name).filter((specifier) => !specifier.startsWith(root.href)).sort();
}

/** All that users load with a subpath at once, types apart. */
function modulesOf(name: string): string[] {
  const modules = new Map(graphs.get(name)?.modules.map((module) => [module.specifier, module]));
  const found = new Set([new URL(exports[name]!, root).href]);
  for (const specifier of found) {
    for (const { code, isDynamic } of modules.get(specifier)?.dependencies ?? []) {
      if (code?.specifier === undefined) continue;
      // What a server needs in a cluster is loaded then.
      const isLater = isDynamic === true && code.specifier.startsWith(root.href);
      if (!isLater) found.add(code.specifier);
    }
  }
  return [...found];
}

Deno.test("code for clusters is loaded by its own subpaths only", () => {
  for (const name of Object.keys(exports)) {
    const isLoaded = modulesOf(name).some((module) => pathOf(module).startsWith("src/cluster/"));
    assertEquals(isLoaded, ["./cluster", "./bus-suite", "./redis", "./nats"].includes(name), name);
  }
});

Deno.test("code that carries requests is loaded by no subpath, but when a server needs it", () => {
  for (const name of Object.keys(exports)) {
    const loaded = modulesOf(name).map(pathOf).filter((path) => path.startsWith("src/carrying/"));
    assertEquals(loaded, [], name);
  }
});

Deno.test("the root entry needs no package, and of Node only node:events", () => {
  assertEquals(loadedBy("."), ["node:events"]);
});

Deno.test("of packages, the subpaths load ws, and that only for Node's servers", () => {
  const packages = (name: string) => loadedBy(name).filter((target) => !target.startsWith("node:"));
  const ws = packages("./node").map((target) => target.replace(/@.*/, ""));
  assertEquals(ws, ["npm:ws"]);
  assertEquals(packages("./sockjs-node"), packages("./node"));
  for (const name of ["./hono", "./redis"]) assertEquals(packages(name), []);
});

Deno.test("the stock client is loaded by its own subpath only", () => {
  for (const name of Object.keys(exports)) {
    const clients = loadedBy(name).filter((target) => /^npm:\/?sockjs-client@/.test(target));
    assertEquals(clients.length, name === "./served-client" ? 1 : 0, name);
  }
});

Deno.test("only the bindings and the entry name a runtime, in code or in types", async () => {
  const naming: string[] = [];
  for (const specifier of sources.keys()) {
    const path = pathOf(specifier);
    const isBinding = path.startsWith("src/runtimes/") && path !== runtimeInterface;
    if (path === "mod.ts" || isBinding) continue;
    const source = await Deno.readTextFile(new URL(path, root));
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    if (/\b(Deno|Bun)\b/.test(code)) naming.push(path);
  }
  assertEquals(naming, []);
});
