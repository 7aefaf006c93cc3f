/**
 * Starts HAProxy, nginx, Caddy and Apache with the files of `examples/deploy/`.
 *
 * @module
 */

import { freePort } from "../support/free_port.ts";
import { until } from "../support/until.ts";
import { copyFiles, type Edit, environment, type Upstreams } from "./example_files.ts";
import { isPresent as isExecutablePresent, pathOf } from "../support/executables.ts";

/** The proxies, by the names of their folders. */
export type Program = "haproxy" | "nginx" | "caddy" | "apache";

/** What they are called on Debian. */
const executables: Readonly<Record<Program, string>> = {
  haproxy: "haproxy",
  nginx: "nginx",
  caddy: "caddy",
  apache: "apache2",
};

/** Whether tests behind it run. */
export function isPresent(program: Program): boolean {
  return isExecutablePresent(executables[program]);
}

const unedited: Edit = (text) => text;

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
  static nginx(upstreams: Upstreams, edit: Edit = unedited): Promise<Proxy> {
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

  /** Starts Caddy. */
  static caddy(ports: readonly number[]): Promise<Proxy> {
    const args = ["run", "--adapter", "caddyfile", "--config", "Caddyfile"];
    return Proxy.#start("caddy", args, ports);
  }

  /** Starts Apache in front of two processes. */
  static apache(ports: readonly number[]): Promise<Proxy> {
    const args = ["-d", ".", "-f", "httpd.conf", "-D", "FOREGROUND"];
    // Its children do not run as root.
    if (Deno.uid() === 0) args.push("-c", "User www-data", "-c", "Group www-data");
    return Proxy.#start("apache", args, ports);
  }

  /** Starts a program. A port that was free may be taken by now: then it takes another. */
  static async #start(
    program: Program,
    args: readonly string[],
    upstreams: Upstreams,
    edit: Edit = unedited,
  ): Promise<Proxy> {
    const executable = executables[program];
    for (let left = 5;; left--) {
      const port = freePort();
      const folder = await Deno.makeTempDir({ prefix: "sockjs-web-proxy-" });
      await copyFiles(program, folder, port, upstreams, edit);
      // In a group of its own: it may have children.
      const child = new Deno.Command("setsid", {
        args: [pathOf(executable) ?? executable, ...args],
        cwd: folder,
        env: environment(folder, port, upstreams),
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

  /** How many responses it has sent whose status is 500 or more. Of HAProxy and nginx. */
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
      // When asked to end, some wait for connections that clients keep.
      Deno.kill(-this.#child.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#child.status;
    const printed = await this.#printed;
    await Deno.remove(this.#folder, { recursive: true });
    return printed;
  }
}

async function canConnect(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}
