/**
 * The contents of the `package.json` of both packages for npm.
 *
 * @module
 */

import type { PackageJson } from "@deno/dnt";
import { npmRange, type Project } from "./project.ts";

/** The package's name on npm. */
export const packageName = "sockjs-web";

/** The name of the package that replaces `sockjs`. */
export const dropInName = "sockjs-node-web";

/** Where both packages run. */
const engines = { node: ">=20" };

/** Installed with either. */
const dependencies = ["ws"];

/** Installed by those who use the adapter for it. */
export const optionalPeers = [
  ...["hono", "ioredis", "redis", "sockjs-client"],
  ...["@nats-io/kv", "@nats-io/transport-node"],
];

/** Older versions of these work, too. */
const olderPeers = { ioredis: ">=5", redis: ">=4" };

/** What the build needs to know of the sources' types. Not for users. */
const types = ["@types/node", "@types/ws"];

/** What people search npm for. */
const keywords = [
  ...["sockjs", "sockjs-server", "sockjs-node", "websocket", "websocket-fallback", "realtime"],
  ...["xhr-streaming", "xhr-polling", "long-polling", "eventsource", "fetch"],
  ...["deno", "bun", "node", "hono", "express", "typescript"],
];

/** The same for the package that replaces `sockjs`. */
const dropInKeywords = [
  ...["sockjs", "sockjs-node", "sockjs-server", "drop-in", "override"],
  ...["websocket", "websockets", "websocket-fallback", "webpack-dev-server"],
];

/** The package.json of these exports, as the build wants it; `repository` is the project's address. */
export function packageJson(project: Project, repository?: string): PackageJson {
  const ranges = rangesIn(project);
  return {
    name: packageName,
    version: project.version,
    description: "A SockJS server as one Web-standard fetch handler, for Deno, Bun and Node",
    keywords,
    ...repository !== undefined && addresses(repository),
    license: project.license,
    type: "commonjs",
    engines,
    exports: Object.fromEntries(
      Object.entries(project.exports).map(([subpath, source]) => [subpath, conditions(source)]),
    ),
    typesVersions: { "*": typesBySubpath(project.exports) },
    // The module that finds the runtime; what else there is only defines.
    sideEffects: [built("esm", project.exports["."]), built("script", project.exports["."])],
    files: ["esm", "script", "src", "CHANGELOG.md", "SECURITY.md"],
    dependencies: ranges(dependencies),
    peerDependencies: {
      ...ranges(optionalPeers),
      ...olderPeers,
      hono: sameMajor(npmRange(project, "hono")),
    },
    peerDependenciesMeta: Object.fromEntries(
      optionalPeers.map((name) => [name, { optional: true }]),
    ),
    devDependencies: ranges(types),
  };
}

/**
 * The package.json of the package that replaces `sockjs`. It has no `exports`, so programs may load
 * its files by path.
 */
export function dropInPackageJson(project: Project, repository?: string): Partial<PackageJson> {
  return {
    name: dropInName,
    version: project.version,
    description: "Replaces the npm package sockjs (sockjs-node), also below other packages",
    keywords: dropInKeywords,
    license: project.license,
    main: "./index.js",
    ...repository !== undefined && addresses(repository),
    type: "commonjs",
    engines,
    files: ["index.js", "lib", "script", "CHANGELOG.md"],
    dependencies: rangesIn(project)(dependencies),
  };
}

/** Gives packages with the versions that npm may choose from. */
function rangesIn(project: Project): (names: readonly string[]) => Record<string, string> {
  return (names) => Object.fromEntries(names.map((name) => [name, npmRange(project, name)]));
}

/** Where the package comes from, and where its users find help. */
function addresses(repository: string): Record<string, unknown> {
  return {
    homepage: `${repository}#readme`,
    repository: { type: "git", url: `git+${repository}.git` },
    bugs: { url: `${repository}/issues` },
  };
}

/** What is published of a built package.json. */
export function publishedPackageJson(built: PackageJson): PackageJson {
  const { devDependencies: _types, _generatedBy, ...published } = built;
  // The real dnt takes every package that is imported for a dependency.
  for (const name of optionalPeers) delete published.dependencies?.[name];
  return published;
}

/** Where the files of an entry are. */
interface Files {
  types: string;
  default: string;
}

/** The source file of which the package has a copy for Bun. */
const client = "./src/adapters/served_client.ts";

/** Where the files of a source file are, by how it is imported. */
function conditions(source: string): { bun?: Files; import: Files; require: Files } {
  const files = (format: string): Files => ({
    types: built(format, source).replace(/\.js$/, ".d.ts"),
    default: built(format, source),
  });
  const embedded = { ...files("esm"), default: built("esm", client.replace(".ts", "_on_bun.ts")) };
  return {
    ...source === client && { bun: embedded },
    import: files("esm"),
    require: files("script"),
  };
}

/** For TypeScript with `moduleResolution: node10`, which does not know of `exports`. */
function typesBySubpath(exports: Project["exports"]): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(exports).filter(([subpath]) => subpath !== ".").map(([subpath, source]) => [
      subpath.slice(2),
      [conditions(source).require.types],
    ]),
  );
}

/** The JavaScript that a source file becomes. */
function built(format: string, source = ""): string {
  return source.replace("./", `./${format}/`).replace(/\.ts$/, ".js");
}

/** `^4.13.19` becomes `^4.0.0`. */
function sameMajor(range: string): string {
  return range.replace(/^\^(\d+)\..*$/, "^$1.0.0");
}
