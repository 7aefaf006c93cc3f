/**
 * Starts Caddy and Apache with the files of `examples/deploy/`.
 *
 * @module
 */

import { freePort } from "../support/free_port.ts";
import { until } from "../support/until.ts";
import { deploy } from "./deployed_app.ts";

/** The programs, by the names of their folders. */
export type WebServerName = "caddy" | "apache";

/** What each is on Debian. Not every user has `/usr/sbin` in the path. */
export const programs: Readonly<Record<WebServerName, string>> = {
  caddy: "caddy",
  apache: "/usr/sbin/apache2",
};

/** A running proxy, in a temporary folder. */
export class WebServer implements AsyncDisposable {
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

  /**
   * Starts one in front of two processes, and waits until it answers.
   *
   * @param ports those of the processes
   */
  static async start(name: WebServerName, ports: readonly number[]): Promise<WebServer> {
    const folder = await Deno.makeTempDir({ prefix: "sockjs-web-proxy-" });
    const port = freePort();
    const env = {
      PORT: String(port),
      SERVERS: ports.map((each) => `127.0.0.1:${each}`).join(" "),
      FOLDER: folder,
      USER: Deno.uid() === 0 ? "www-data" : `#${Deno.uid()}`,
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
    };
    const args = name === "caddy" ? caddyArgs : await apacheArgs(folder, ports);
    // In a group of its own: Apache has children.
    const child = new Deno.Command("setsid", {
      args: [programs[name], ...args],
      env,
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const server = new WebServer(folder, port, child);
    let hasEnded = false;
    child.status.then(() => hasEnded = true);
    await until(async () => hasEnded || await answers(`${server.address}/echo/info`));
    if (!hasEnded) return server;
    throw new Error(`${name} did not start: ${await server.#printed}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Both would wait for connections that clients keep.
    Deno.kill(-this.#child.pid, "SIGKILL");
    await this.#child.status;
    await this.#printed;
    await Deno.remove(this.#folder, { recursive: true });
  }
}

const caddyfile = new URL("caddy/Caddyfile", deploy).pathname;
const caddyArgs = ["run", "--adapter", "caddyfile", "--config", caddyfile];

/** Writes what belongs to the test into the folder: it takes no ports from its environment. */
async function apacheArgs(folder: string, ports: readonly number[]): Promise<string[]> {
  const text = await Deno.readTextFile(new URL("apache/echo.conf", deploy));
  const changed = text.replace("127.0.0.1:8081", `127.0.0.1:${ports[0]}`)
    .replace("127.0.0.1:8082", `127.0.0.1:${ports[1]}`);
  await Deno.writeTextFile(`${folder}/echo.conf`, changed);
  await Deno.chmod(folder, 0o755);
  return ["-DFOREGROUND", "-f", new URL("httpd.conf", import.meta.url).pathname];
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url);
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
