/**
 * Temporary projects with webpack-dev-server: both releases with `sockjs` in one project, and each
 * with our package in a fresh project, as the document about moving has it.
 *
 * @module
 */

import { type PackageJson, ScratchProject } from "./scratch_project.ts";

const source = new URL("project/", import.meta.url);
const document = new URL("../../examples/sockjs_node/README.md", import.meta.url);

/** A release, and the name of its package in the project with `sockjs`. */
export interface Release {
  readonly version: string;
  readonly original: string;
}

export const releases: readonly Release[] = [
  { version: "5.2.7", original: "webpack-dev-server" },
  { version: "4.15.2", original: "webpack-dev-server-4" },
];

type DocumentedPackageJson = Required<Pick<PackageJson, "overrides">> & {
  readonly devDependencies: { readonly webpack: string };
};

/** All of them. Each is made when it is first asked for. */
export class DevServerProjects implements AsyncDisposable {
  readonly #made = new Map<string, Promise<ScratchProject>>();

  /** Both releases with `sockjs`. */
  original(): Promise<ScratchProject> {
    return this.#make("original", ({ devDependencies: { webpack } }) => ({
      devDependencies: {
        webpack,
        ...Object.fromEntries(releases.map(({ version, original }) => [
          original,
          original === "webpack-dev-server" ? version : `npm:webpack-dev-server@${version}`,
        ])),
      },
    }));
  }

  /** A release with our package, as the document says. */
  ours({ version }: Release): Promise<ScratchProject> {
    return this.#make(version, ({ devDependencies, overrides }, dropIn) => ({
      devDependencies: { ...devDependencies, "webpack-dev-server": version },
      // What is documented comes from npm.
      overrides: { ...overrides, sockjs: dropIn },
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const made of this.#made.values()) {
      // What kept it from being made has failed the tests.
      await (await made.catch(() => undefined))?.[Symbol.asyncDispose]();
    }
  }

  #make(
    name: string,
    change: (json: DocumentedPackageJson, dropIn: string) => PackageJson,
  ): Promise<ScratchProject> {
    let made = this.#made.get(name);
    if (made === undefined) {
      made = ScratchProject.make(
        source,
        async (dropIn) => change(await documentedPackageJson(), dropIn),
      );
      this.#made.set(name, made);
    }
    return made;
  }
}

/** The package.json of the document's section about webpack-dev-server. */
async function documentedPackageJson(): Promise<DocumentedPackageJson> {
  return JSON.parse(await codeOf("json"));
}

/** What its webpack.config.js has under `devServer`. */
export async function documentedDevServer(): Promise<Readonly<Record<string, unknown>>> {
  const module = { exports: { devServer: {} } };
  new Function("module", await codeOf("js"))(module);
  return module.exports.devServer;
}

async function codeOf(language: string): Promise<string> {
  const text = await Deno.readTextFile(document);
  const section = text.split("\n## ").find((section) => section.startsWith("webpack-dev-server\n"));
  const found = section?.split("```" + language + "\n")[1]?.split("```")[0];
  if (found === undefined) throw new Error(`No ${language} is documented for webpack-dev-server`);
  return found;
}
