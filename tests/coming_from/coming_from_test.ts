/** The programs of `examples/coming_from/` do the same before and after. */

import { assertEquals } from "@std/assert";
import { nodePackage } from "../../scripts/node_programs.ts";
import { run } from "../../scripts/run.ts";
import { runtimeCommand } from "../../scripts/runtimes.ts";
import { canInstall } from "../support/can_install.ts";
import { copyFolder } from "../support/copy_folder.ts";
import { presentHosts } from "../support/hosts.ts";
import { ServerProcess } from "../support/server_process.ts";
import { StockClient } from "../support/stock_client.ts";

const examples = new URL("../../examples/coming_from/", import.meta.url);

/** Makes a project with the programs, and installs what they import. */
async function makeProject(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "sockjs-web-coming-from-" });
  await copyFolder(new URL("project/", import.meta.url), folder);
  for (const name of ["ws", "socket_io"]) {
    await Deno.mkdir(`${folder}/${name}`);
    await copyFolder(new URL(`${name}/`, examples), `${folder}/${name}`);
  }
  await Deno.copyFile(new URL("socket_io/page.js", examples), `${folder}/page.js`);
  const quietly = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
  await run(["npm", "install", ...quietly], { cwd: folder });
  await nodePackage();
  const npm = new URL("../../npm", import.meta.url).pathname;
  await Deno.symlink(npm, `${folder}/node_modules/sockjs-web`);
  return folder;
}

let project: Promise<string> | undefined;

Deno.test.afterAll(async () => {
  const folder = await project?.catch(() => undefined);
  if (folder !== undefined) await Deno.remove(folder, { recursive: true });
});

/** Starts one of the programs on a free port. */
async function start(program: string): Promise<ServerProcess> {
  const folder = await (project ??= makeProject());
  const node = await runtimeCommand("node24") ?? [];
  return await ServerProcess.run([...node, "--import", "./any_port.mjs", program], folder);
}

function onNode(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name,
    ignore: !canInstall || !presentHosts.has("node24"),
    // The client leaves timers and sockets behind when it closes.
    sanitizeOps: false,
    sanitizeResources: false,
    fn,
  });
}

for (const [program, client] of [["before", "socket.io"], ["after", "sockjs"]] as const) {
  onNode(`socket_io/${program}.mjs acknowledges, and sends to members of a room only`, async () => {
    await using server = await start(`socket_io/${program}.mjs`);
    const node = await runtimeCommand("node24") ?? [];
    const printed = await run([...node, "talk.mjs", server.address, client], {
      cwd: await project ?? "",
    });
    assertEquals(printed, "acknowledged ok\nsaid hello\n");
  });
}

for (const [program, path] of [["before", "/chat"], ["after", "/chat/websocket"]] as const) {
  onNode(`ws/${program}.mjs sends each message to all plain websockets`, async () => {
    await using server = await start(`ws/${program}.mjs`);
    const url = server.address.replace("http", "ws") + path;
    const received: string[] = [];
    const done = Promise.withResolvers<void>();
    const first = new WebSocket(url);
    first.onmessage = ({ data }) => {
      received.push(data);
      if (received.length === 1) second = talk(url);
      else done.resolve();
    };
    let second: WebSocket | undefined;
    await done.promise;
    assertEquals(received, ["Welcome from 127.0.0.1", "hello"]);
    first.close();
    second?.close();
  });
}

/** Says hello as soon as it can. */
function talk(url: string): WebSocket {
  const socket = new WebSocket(url);
  socket.onopen = () => socket.send("hello");
  return socket;
}

onNode("ws/after.mjs also serves the stock client, on each transport", async () => {
  await using server = await start("ws/after.mjs");
  for (const transport of ["websocket", "xhr-streaming", "xhr-polling"]) {
    await using client = await StockClient.open(`${server.address}/chat`, [transport]);
    client.send(transport);
    assertEquals(await client.receive(2), ["Welcome from 127.0.0.1", transport]);
  }
});
