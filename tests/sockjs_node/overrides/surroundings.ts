/**
 * What projects need around them: the package managers, and a registry that has `sockjs-node-web`.
 *
 * @module
 */

import { nodePackage } from "../../../scripts/node_programs.ts";
import { dropInName } from "../../../scripts/npm_package/package_json.ts";
import { npm, root } from "../../../scripts/npm_package/project.ts";
import { installManagers } from "./managers.ts";
import { Registry } from "./registry.ts";

const packages = new URL("packages/", import.meta.url);

/** They are there until they are disposed of. */
export class Surroundings implements AsyncDisposable {
  readonly registry: Registry;
  /** Where the managers are. */
  readonly folder: string;

  private constructor(registry: Registry, folder: string) {
    this.registry = registry;
    this.folder = folder;
  }

  /** Builds the package if need be, and installs the managers. */
  static async make(): Promise<Surroundings> {
    await nodePackage();
    const folder = await Deno.makeTempDir({ prefix: "sockjs-web-managers-" });
    try {
      const [registry] = await Promise.all([
        Registry.serve([
          new URL(`${dropInName}/`, npm).pathname,
          new URL("sockjs/", packages).pathname,
          new URL("uses-sockjs/", packages).pathname,
          await Deno.realPath(new URL("node_modules/ws", root)),
        ]),
        installManagers(folder),
      ]);
      return new Surroundings(registry, folder);
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.registry[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}
