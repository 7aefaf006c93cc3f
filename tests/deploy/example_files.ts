/**
 * Copies the files of `examples/deploy/` for a test, with the test's addresses.
 *
 * @module
 */

/** The folder of the documents and configurations. */
export const deploy = new URL("../../examples/deploy/", import.meta.url);

/** What a proxy stands before: ports, or the paths of unix sockets. */
export type Upstreams = readonly (number | string)[];

/** What a test changes in the files. */
export type Edit = (text: string) => string;

/** Copies a folder, and adds what lets HAProxy count. */
export async function copyFiles(
  name: string,
  to: string,
  port: number,
  upstreams: Upstreams,
  edit: Edit,
): Promise<void> {
  const from = new URL(`${name}/`, deploy);
  for await (const { name } of Deno.readDir(from)) {
    if (name.endsWith(".md")) continue;
    const text = await Deno.readTextFile(new URL(name, from));
    await Deno.writeTextFile(`${to}/${name}`, edit(withAddresses(text, port, upstreams)));
  }
  const stats = `global\n    stats socket ${to}/stats.sock\n`;
  await Deno.writeTextFile(`${to}/stats.cfg`, stats);
}

/** The addresses for Caddy, which takes them from its environment, and a place for its files. */
export function environment(
  folder: string,
  port: number,
  upstreams: Upstreams,
): Record<string, string> {
  return {
    PORT: `${port}`,
    SERVERS: upstreams.map((upstream) => `127.0.0.1:${upstream}`).join(" "),
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
  };
}

/** The addresses for all others. */
function withAddresses(text: string, port: number, upstreams: Upstreams): string {
  const names = ["one", "two", "three", "four"];
  return text
    .replace(/^( *(?:bind |listen ) *):?8080\b/gim, `$1127.0.0.1:${port}`)
    // Those of Apache.
    .replace('"http://127.0.0.1:8081"', `"http://127.0.0.1:${upstreams[0]}"`)
    .replace('"http://127.0.0.1:8082"', `"http://127.0.0.1:${upstreams[1]}"`)
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
