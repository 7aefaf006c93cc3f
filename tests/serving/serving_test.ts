/**
 * Tests of the other ways to serve than `Deno.serve` or `Bun.serve` with the handler of one
 * server.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { runtimeCommand } from "../../scripts/runtimes.ts";
import { ServerProcess } from "../support/server_process.ts";

const hasBun = await runtimeCommand("bun") !== undefined;
if (!hasBun) console.log("bun is not on this machine: serving on it is skipped");
const ignore = !hasBun && Deno.env.get("CI") !== "true";

/** What comes back over a websocket: its first messages, each after something was sent. */
async function converse(url: string, sends: readonly string[], count: number): Promise<string[]> {
  const socket = new WebSocket(url.replace("http", "ws"));
  const got: string[] = [];
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => sends.forEach((text) => socket.send(text));
    socket.onerror = () => reject(new Error(`No websocket at ${url}`));
    socket.onmessage = ({ data }) => {
      got.push(data);
      if (got.length === count) resolve();
    };
  });
  const closed = new Promise((resolve) => socket.onclose = resolve);
  socket.close();
  await closed;
  return got;
}

/** Starts a command, and gives the address in what it prints. */
async function start(command: readonly string[], env: Record<string, string>) {
  const [program, ...args] = command;
  const child = new Deno.Command(program!, {
    args,
    env: { ...env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const address = await Promise.any([child.stdout, child.stderr].map(findAddress));
  return { child, address };
}

async function findAddress(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    const port = /http:\/\/[^:/]+:([0-9]+)\/?\s/.exec(text)?.[1];
    if (port !== undefined) return `http://127.0.0.1:${port}`;
  }
  throw new Error(`It prints no address: ${text}`);
}

const script = new URL("./default_export.ts", import.meta.url).pathname;

async function servesDefaultExport(command: readonly string[], env: Record<string, string> = {}) {
  const { child, address } = await start(command, env);
  try {
    assertEquals(await (await fetch(`${address}/echo`)).text(), "Welcome to SockJS!\n");
    const frames = await converse(`${address}/echo/000/id/websocket`, ['"hello"'], 2);
    assertEquals(frames, ["o", 'a["hello"]']);
  } finally {
    child.kill();
    await child.status;
  }
}

Deno.test("deno serve takes a server as the default export", () =>
  servesDefaultExport([
    ...[Deno.execPath(), "serve", "--allow-all"],
    ...["--host", "127.0.0.1", "--port", "0", script],
  ]));

Deno.test({
  name: "bun run takes a server as the default export",
  ignore,
  fn: async () => {
    const command = await runtimeCommand("bun") ?? ["bun"];
    await servesDefaultExport([...command, script], { PORT: "0" });
  },
});

Deno.test({
  name: "on Bun an application's own websockets live beside those of two services",
  ignore,
  fn: async () => {
    const own = new URL("./own_websockets.ts", import.meta.url);
    await using process = await ServerProcess.start("bun", own);
    const { address } = process;
    assertEquals(await converse(`${address}/own`, ["hello"], 1), [
      '{"name":"own"} heard hello',
    ]);
    assertEquals(await converse(`${address}/echo/0/1/websocket`, ['"hello"'], 2), [
      "o",
      'a["hello"]',
    ]);
    assertEquals(await converse(`${address}/loud/0/1/websocket`, ['"hello"'], 2), [
      "o",
      'a["HELLO"]',
    ]);
    assertEquals(process.stderr, "");
  },
});
