/** What the tasks that run examples print, and how they refuse wrong arguments. */

import { assertEquals, assertMatch } from "@std/assert";
import { root } from "../../scripts/npm_package/project.ts";
import { run } from "../../scripts/run.ts";
import { runtimeCommand, type RuntimeName, scriptCommand } from "../../scripts/runtimes.ts";
import { ServerProcess } from "../support/server_process.ts";
import { announcement } from "./example.ts";

const runtimes = ["deno", "bun", "node24"] as const;

/** The examples that serve, all by `main.ts`. */
const examples = [
  "auth",
  "chat",
  "cluster",
  "echo",
  "hono",
  "multiplex",
  "raw_websocket",
  "test_server",
];

/** A program's end: its exit code, and all that it printed. */
async function end(
  [program = "", ...args]: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    // One that serves in spite of its arguments would run for ever.
    signal: AbortSignal.timeout(60_000),
  }).output();
  const [printed = "", complained = ""] = [stdout, stderr].map((b) => new TextDecoder().decode(b));
  return { code, stdout: printed, stderr: complained };
}

/** Ends with 1, and prints nothing but this line. */
async function refuses(
  command: readonly string[],
  line: string,
  env: Record<string, string> = {},
): Promise<void> {
  const expected = { code: 1, stdout: "", stderr: `Cannot start: ${line}\n` };
  assertEquals(await end(command, env), expected, command.join(" "));
}

async function mainOf(example: string, runtime: RuntimeName): Promise<string[]> {
  const script = new URL(`examples/${example}/main.ts`, root);
  return await scriptCommand(runtime, script) ?? [];
}

/** What `deno task example` runs. */
function task(...args: readonly string[]): string[] {
  return [Deno.execPath(), "run", "--allow-all", `${root.pathname}scripts/example.ts`, ...args];
}

function portRefused(name: string, value: string): string {
  return `${name} takes a number from 0 to 65535 (0: any free port), not "${value}"`;
}

for (const runtime of runtimes) {
  const ignore = Deno.env.get("CI") !== "true" && await runtimeCommand(runtime) === undefined;

  Deno.test({
    name: `on ${runtime}, each example refuses a port that is taken, without a stack`,
    ignore,
    async fn() {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      const port = String((listener.addr as Deno.NetAddr).port);
      const line = `port ${port} is taken; choose another one with --port`;
      await Promise.all(examples.map(async (example) => {
        await refuses([...await mainOf(example, runtime), "--port", port], line);
      }));
      await refuses(await mainOf("echo", runtime), line, { PORT: port });
      for (const via of ["node", "hono"]) {
        const command = await mainOf("test_server", runtime);
        await refuses([...command, "--via", via, "--port", port], line);
      }
    },
  });

  Deno.test({
    name: `on ${runtime}, examples refuse ports that are none, and options that do not exist`,
    ignore,
    async fn() {
      const echo = await mainOf("echo", runtime);
      for (const value of ["70000", "-1", "abc", ""]) {
        await Promise.all([
          refuses([...echo, "--port", value], portRefused("--port", value)),
          refuses(echo, portRefused("PORT", value), { PORT: value }),
        ]);
      }
      await refuses([...echo, "--port"], portRefused("--port", ""));
      const testServer = await mainOf("test_server", runtime);
      await refuses([...testServer, "--port=70000"], portRefused("--port", "70000"));
      const options = "the options are --port NUMBER, and for deno task --runtime deno|bun|node";
      for (const unknown of ["--prot=1", "chat"]) {
        await refuses([...echo, unknown], `"${unknown}" is unknown; ${options}`);
      }
      const script = new URL("examples/raw_websocket/client.ts", root);
      await refuses(
        [...await scriptCommand(runtime, script) ?? [], "--port"],
        `the argument is a ws: or wss: URL, not "--port"`,
      );
    },
  });
}

Deno.test("an example or a runtime that does not exist is refused, and those that do are named", async () => {
  const names = [...examples, "raw_websocket/client"].sort().join(", ");
  for (const name of ["chta", "page", "echo/files", "../scripts", ""]) {
    await refuses(task(name), `"${name}" is not an example; the examples are ${names}`);
  }
  for (const args of [["--runtime", "nod"], ["--runtime=nod"]]) {
    await refuses(
      task("echo", ...args),
      `--runtime takes deno, bun, node, node20, node22, node24, not "nod"`,
    );
  }
  await refuses(task("echo", "--", "--port", "x"), portRefused("--port", "x"));
});

Deno.test("in a fresh checkout, deno task start prints its own lines and none for each package", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const sources = ["deno.json", "deno.lock", "mod.ts", "src", "examples", "scripts"];
    await run(["cp", "-R", ...sources, folder], { cwd: root });
    await using server = await ServerProcess.run(
      [Deno.execPath(), "task", "start", "--port", "0"],
      folder,
    );
    const page = await fetch(server.address);
    assertMatch(await page.text(), /<h1>/);
    const { stdout, stderr } = await server.stop();
    assertMatch(stdout, announcement);
    // Deno says which task it runs, and the task that it installs.
    assertMatch(stderr, /^.*Task.*start.*\nInstalling .*\n$/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
