/**
 * A package registry on 127.0.0.1 that has a few packages and nothing else.
 *
 * @module
 */

import { pack } from "../../../scripts/npm_package/tarball.ts";

/** What managers read of a package. */
interface Version {
  readonly name: string;
  readonly version: string;
}

/** A package with its only version. */
interface Entry {
  readonly version: Version;
  readonly tarball: Uint8Array<ArrayBuffer>;
}

/** Long ago, because some managers refuse packages that are new. */
const published = "2020-01-01T00:00:00.000Z";

/** The registry; it serves until it is disposed of. */
export class Registry implements AsyncDisposable {
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  private constructor(entries: ReadonlyMap<string, Entry>) {
    this.#entries = entries;
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      (request) => this.#respond(decodeURIComponent(new URL(request.url).pathname)),
    );
  }

  /** Packs folders, and serves what they contain. */
  static async serve(folders: readonly string[]): Promise<Registry> {
    const tarballs = await Deno.makeTempDir();
    try {
      const entries = await Promise.all(folders.map(async (folder) => {
        const version: Version = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
        const tarball = await Deno.readFile((await pack(tarballs, folder)).path);
        return [version.name, { version, tarball }] as const;
      }));
      return new Registry(new Map(entries));
    } finally {
      await Deno.remove(tarballs, { recursive: true });
    }
  }

  /** Its address, without a slash at the end. */
  get address(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async #respond(path: string): Promise<Response> {
    const [, name = "", file] = /^\/([^/]+)(?:\/-\/(.+))?$/.exec(path) ?? [];
    const entry = this.#entries.get(name);
    if (entry === undefined) return Response.json({ error: "Not found" }, { status: 404 });
    if (file !== undefined) return new Response(entry.tarball);
    return Response.json(await this.#packument(entry));
  }

  async #packument({ version, tarball }: Entry): Promise<unknown> {
    const { name, version: number } = version;
    const [sha1, sha512] = await Promise.all(
      ["SHA-1", "SHA-512"].map(async (algorithm) =>
        new Uint8Array(await crypto.subtle.digest(algorithm, tarball))
      ),
    );
    const dist = {
      tarball: `${this.address}/${name}/-/${name}-${number}.tgz`,
      shasum: sha1!.toHex(),
      integrity: `sha512-${sha512!.toBase64()}`,
    };
    return {
      name,
      "dist-tags": { latest: number },
      versions: { [number]: { ...version, dist } },
      time: { created: published, modified: published, [number]: published },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
