import { assertEquals, assertThrows } from "@std/assert";
import {
  dropInPackageJson,
  packageJson,
  publishedPackageJson,
} from "../../scripts/npm_package/package_json.ts";
import type { Project } from "../../scripts/npm_package/project.ts";

const project: Project = {
  version: "1.2.3",
  license: "MIT",
  exports: { ".": "./mod.ts", "./node": "./src/adapters/node.ts" },
  imports: {
    "@types/node": "npm:@types/node@20.1.2",
    "@types/ws": "npm:@types/ws@8.1.2",
    hono: "npm:hono@^4.13.19",
    ioredis: "npm:ioredis@6.1.2",
    redis: "npm:redis@6.1.2",
    "sockjs-client": "npm:sockjs-client@^1.6.1",
    "@nats-io/kv": "npm:@nats-io/kv@^3.4.0",
    "@nats-io/transport-node": "npm:@nats-io/transport-node@^3.4.0",
    ws: "npm:ws@^8.23.0",
  },
};

Deno.test("each subpath has a file and its types, for import and for require", () => {
  assertEquals(packageJson(project).exports, {
    ".": {
      import: { types: "./esm/mod.d.ts", default: "./esm/mod.js" },
      require: { types: "./script/mod.d.ts", default: "./script/mod.js" },
    },
    "./node": {
      import: {
        types: "./esm/src/adapters/node.d.ts",
        default: "./esm/src/adapters/node.js",
      },
      require: {
        types: "./script/src/adapters/node.d.ts",
        default: "./script/src/adapters/node.js",
      },
    },
  });
});

Deno.test("the client has a file of its own for Bun, before all others", () => {
  const exports = { ".": "./mod.ts", "./served-client": "./src/adapters/served_client.ts" };
  const conditions = packageJson({ ...project, exports }).exports["./served-client"] as object;
  assertEquals(Object.keys(conditions), ["bun", "import", "require"]);
  assertEquals((conditions as { bun: unknown }).bun, {
    types: "./esm/src/adapters/served_client.d.ts",
    default: "./esm/src/adapters/served_client_on_bun.js",
  });
});

Deno.test("each subpath has its types for those who do not look at exports", () => {
  assertEquals(packageJson(project)["typesVersions"], {
    "*": { node: ["./script/src/adapters/node.d.ts"] },
  });
});

Deno.test("the module that finds the runtime has side effects, and no other", () => {
  assertEquals(packageJson(project).sideEffects, ["./esm/mod.js", "./script/mod.js"]);
});

Deno.test("ws is installed with the package; Hono 4, clients of Redis and the client may be there", () => {
  const { dependencies, peerDependencies, peerDependenciesMeta } = packageJson(project);
  assertEquals(dependencies, { ws: "^8.23.0" });
  assertEquals(peerDependencies, {
    hono: "^4.0.0",
    ioredis: ">=5",
    redis: ">=4",
    "sockjs-client": "^1.6.1",
    "@nats-io/kv": "^3.4.0",
    "@nats-io/transport-node": "^3.4.0",
  });
  assertEquals(peerDependenciesMeta, {
    hono: { optional: true },
    ioredis: { optional: true },
    redis: { optional: true },
    "sockjs-client": { optional: true },
    "@nats-io/kv": { optional: true },
    "@nats-io/transport-node": { optional: true },
  });
});

Deno.test("what names the project's address is there once the address is set, and not before", () => {
  const named = ["repository", "homepage", "bugs"];
  const unset = packageJson(project);
  assertEquals(named.filter((field) => field in unset), []);
  const set = packageJson(project, "https://git.example/someone/sockjs-web");
  assertEquals(named.map((field) => set[field]), [
    { type: "git", url: "git+https://git.example/someone/sockjs-web.git" },
    "https://git.example/someone/sockjs-web#readme",
    { url: "https://git.example/someone/sockjs-web/issues" },
  ]);
});

Deno.test("what only the build needs is not published", () => {
  const built = {
    ...packageJson(project),
    dependencies: { ws: "^8.23.0", hono: "^4.13.19" },
    _generatedBy: "dnt@dev",
  };
  const published = publishedPackageJson(built);
  assertEquals(published.dependencies, { ws: "^8.23.0" });
  assertEquals("devDependencies" in published, false);
  assertEquals("_generatedBy" in published, false);
});

Deno.test("a dependency that does not come from npm is refused by name", () => {
  const imports = { ...project.imports, ws: "jsr:@somebody/ws@1" };
  assertThrows(() => packageJson({ ...project, imports }), Error, "jsr:@somebody/ws@1");
});

Deno.test("the package that replaces sockjs has the same version and ws, and shuts no file out", () => {
  const dropIn = dropInPackageJson(project);
  assertEquals(dropIn.version, "1.2.3");
  assertEquals(dropIn.dependencies, { ws: "^8.23.0" });
  assertEquals("exports" in dropIn, false);
});
