/**
 * Starts HAProxy and nginx with the files of `examples/deploy/`, as an ordinary user would in a
 * folder of their own.
 *
 * @module
 */

import { until } from "../support/until.ts";

/** The programs. */
export type Program = "haproxy" | "nginx";

const examples = new URL("../../examples/deploy/", import.meta.url);

/** Debian has them where only root looks. */
const folders = ["/usr/sbin", "/usr/local/sbin", ...(Deno.env.get("PATH") ?? "").split(":")];

/** Whether the program is here, or has to be: then tests fail instead of being skipped. */
export function isPresent(program: Program): boolean {
  return Deno.env.get("CI") === "true" || pathOf(program) !== undefined;
}

for (const program of ["haproxy", "nginx"] as const) {
  if (!isPresent(program)) {
    console.log(`${program} is not on this machine: tests behind it are skipped`);
  }
}

/** What a proxy stands before: ports, or the paths of unix sockets. */
export type Upstreams = readonly (number | string)[];

/** What a test changes in the files. */
export type Edit = (text: string) => string;

/** A running proxy in a temporary folder. */
export class Proxy implements AsyncDisposable {
  readonly address: string;
  readonly #folder: string;
  readonly #child: Deno.ChildProcess;
  readonly #printed: Promise<string>;

  private constructor(folder: string, port: number, child: Deno.ChildProcess) {
    this.address = `http://127.0.0.1:${port}`;
    this.#folder = folder;
    this.#child = child;
    this.#printed = new Response(child.stderr).text();
  }

  /** Starts HAProxy with one of the kinds of affinity. */
  static haproxy(affinity: string, upstreams: Upstreams, edit?: Edit): Promise<Proxy> {
    const args = ["-db", "-f", "haproxy.cfg", "-f", affinity, "-f", "stats.cfg"];
    return Proxy.#start("haproxy", args, upstreams, edit);
  }

  /** Starts nginx with ports or unix sockets, as the upstreams are. */
  static nginx(upstreams: Upstreams, edit: Edit = (text) => text): Promise<Proxy> {
    const args = ["-p", ".", "-c", "nginx.conf", "-e", "stderr"];
    // The workers of root are of another user, who may not use this test's folder.
    if (Deno.uid() === 0) args.push("-g", "user root;");
    const isUnix = typeof upstreams[0] === "string";
    return Proxy.#start("nginx", args, upstreams, (text) => {
      return edit(
        isUnix ? text.replace("include upstream.conf", "include upstream_unix.conf") : text,
      );
    });
  }

  /** Starts a program. A port that was free may be taken by now: then it takes another. */
  static async #start(
    program: Program,
    args: readonly string[],
    upstreams: Upstreams,
    edit: Edit = (text) => text,
  ): Promise<Proxy> {
    for (let left = 5;; left--) {
      const port = freePort();
      const folder = await Deno.makeTempDir();
      await copyFiles(new URL(`${program}/`, examples), folder, port, upstreams, edit);
      const child = new Deno.Command(pathOf(program) ?? program, {
        args: [...args],
        cwd: folder,
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).spawn();
      const proxy = new Proxy(folder, port, child);
      if (await proxy.#listens(port)) return proxy;
      const printed = await proxy.#end();
      if (left === 0 || !printed.includes("in use")) {
        throw new Error(`${program} did not start: ${printed}`);
      }
    }
  }

  /** How many responses it has sent whose status is 500 or more. */
  async serverErrors(): Promise<number> {
    const log = await Deno.readTextFile(`${this.#folder}/access.log`).catch(() => undefined);
    if (log !== undefined) return [...log.matchAll(/" 5[0-9][0-9] [0-9]+ "/g)].length;
    return Number(await this.statistic("web", "FRONTEND", "hrsp_5xx"));
  }

  /** A field of HAProxy's statistics. */
  async statistic(proxy: string, server: string, field: string): Promise<string | undefined> {
    using socket = await Deno.connect({ transport: "unix", path: `${this.#folder}/stats.sock` });
    await socket.write(new TextEncoder().encode("show stat\n"));
    const [head = [], ...rows] = (await new Response(socket.readable).text())
      .split("\n").map((line) => line.split(","));
    return rows.find(([px, sv]) => px === proxy && sv === server)?.[head.indexOf(field)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#end();
  }

  /** Waits until it listens; false if it has ended instead. */
  async #listens(port: number): Promise<boolean> {
    let hasEnded = false;
    this.#child.status.then(() => hasEnded = true);
    let listens = false;
    await until(async () => {
      listens = await canConnect(port);
      return listens || hasEnded;
    });
    return listens && !hasEnded;
  }

  async #end(): Promise<string> {
    try {
      this.#child.kill();
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
    await Deno.remove(this.#folder, { recursive: true });
    return await this.#printed;
  }
}

/** Where a program is. */
function pathOf(program: Program): string | undefined {
  return folders.map((folder) => `${folder}/${program}`).find((path) => {
    try {
      return Deno.statSync(path).isFile;
    } catch {
      return false;
    }
  });
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function canConnect(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

/** Copies the example with the addresses of this test, and what lets it count. */
async function copyFiles(
  from: URL,
  to: string,
  port: number,
  upstreams: Upstreams,
  edit: Edit,
): Promise<void> {
  for await (const { name } of Deno.readDir(from)) {
    if (name.endsWith(".md")) continue;
    const text = await Deno.readTextFile(new URL(name, from));
    await Deno.writeTextFile(`${to}/${name}`, edit(withAddresses(text, port, upstreams)));
  }
  const stats = `global\n    stats socket ${to}/stats.sock\n`;
  await Deno.writeTextFile(`${to}/stats.cfg`, stats);
}

/** The one place where the examples' addresses become those of a test. */
function withAddresses(text: string, port: number, upstreams: Upstreams): string {
  const names = ["one", "two", "three"];
  return text
    .replace(/^( *(?:bind |listen ) *):?8080\b/gm, `$1127.0.0.1:${port}`)
    // The line of the first server stands for all.
    .replace(/^ *server (?:two|127\.0\.0\.1:8082|unix:\S*two\.sock).*\n/gm, "")
    .replace(
      /^ *server (?:one|127\.0\.0\.1:8081|unix:\S*one\.sock).*\n/gm,
      (line) =>
        upstreams.map((upstream, at) =>
          line
            .replaceAll(/\bone\b(?!\.sock)/g, names[at] ?? "")
            .replace("127.0.0.1:8081", `127.0.0.1:${upstream}`)
            .replace("unix:/run/sockjs/one.sock", `unix:${upstream}`)
        ).join(""),
    );
}
