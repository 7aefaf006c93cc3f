/** Tests of the clients without SockJS: a page, and a command-line program. */

import { assertEquals } from "@std/assert";
import {
  nodeNames,
  runtimeCommand,
  type RuntimeName,
  scriptCommand,
} from "../../scripts/runtimes.ts";
import { browserTest } from "../support/browser.ts";
import { ExamplePage, startExample } from "./example.ts";

browserTest("raw_websocket: a page without SockJS has its messages echoed", async (context) => {
  await using server = await startExample("raw_websocket");
  const it = await ExamplePage.open(context, server.address);
  const url = `ws://127.0.0.1:${server.port}/echo/websocket`;
  await it.shows("#status", "Open /echo/websocket");
  await it.shows("#command", `deno task example raw_websocket/client ${url}`);
  await it.focus("#text");
  for (const text of ["Hello", '["not", "a", "frame"]']) {
    await it.type(text);
    await it.press("Enter");
    await it.shows(".received", text);
  }
  await it.looks("raw_websocket");
  await it.focus("#toggle");
  await it.press("Enter");
  await it.shows("#status", "Closed 1000");
  await it.ends();
});

/** Runs the client for the command line with what is typed into it, and gives what it printed. */
async function runClient(runtime: RuntimeName, url: string, typed: string): Promise<string> {
  const script = new URL("../../examples/raw_websocket/client.ts", import.meta.url);
  const [program = "", ...args] = await scriptCommand(runtime, script) ?? [];
  const child = new Deno.Command(program, {
    args: [...args, url],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdin = child.stdin.getWriter();
  await stdin.write(new TextEncoder().encode(typed));
  await stdin.close();
  const { code, stdout, stderr } = await child.output();
  const [printed, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return `${printed}${errors}${code}`;
}

for (const runtime of ["deno", "bun", ...nodeNames] as const) {
  const ignore = Deno.env.get("CI") !== "true" && await runtimeCommand(runtime) === undefined;
  Deno.test({
    name:
      `raw_websocket: the client for the command line sends lines and prints answers on ${runtime}`,
    ignore,
    async fn() {
      await using server = await startExample("raw_websocket");
      const url = `ws://127.0.0.1:${server.port}/echo/websocket`;
      assertEquals(
        await runClient(runtime, url, "Hello\nGrüße\n"),
        `Connected to ${url}: type a line, end with Ctrl+D\n← Hello\n← Grüße\nClosed: 1000\n0`,
      );
      await server.stop();
      assertEquals(await runClient(runtime, url, ""), `No connection to ${url}\n1`);
    },
  });
}
