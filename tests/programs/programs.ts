/**
 * The list of programs in `project/`, with what is special about each.
 *
 * @module
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { RuntimeName } from "../../scripts/runtimes.ts";
import { HttpConnection } from "../support/raw_http.ts";
import { handshake, RawWebSocket } from "../support/raw_websocket.ts";
import type { ServerProcess } from "../support/server_process.ts";
import type { ScratchProject } from "./scratch_project.ts";

/** A program that SockJS is installed beside. It has a page at `/`, too. */
export interface Program {
  readonly name: string;
  readonly script: string;
  readonly runtimes: readonly RuntimeName[];
  /** Fails unless the program's own websockets work. */
  readonly works: (server: ServerProcess, project: ScratchProject) => Promise<void>;
}

const everywhere: readonly RuntimeName[] = ["node20", "node24", "deno", "bun"];

export const programs: readonly Program[] = [
  {
    name: "ws with a path",
    script: "ws.mjs",
    runtimes: everywhere,
    works: (server) => responds(server, "hello", "own hello"),
  },
  {
    name: "socket.io",
    script: "socket_io.mjs",
    runtimes: everywhere,
    async works({ address }, project) {
      for (const transport of ["polling", "websocket"]) {
        const printed = await project.run("socket_io_client.mjs", address, transport);
        assertEquals(printed, "own hello\n", transport);
      }
    },
  },
  {
    name: "@fastify/websocket",
    script: "fastify.mjs",
    runtimes: everywhere,
    works: (server) => responds(server, "hello", "own hello"),
  },
  {
    name: "Nest's WsAdapter",
    script: "nest.mjs",
    // Packages that it needs are for Node 22 and later.
    runtimes: ["node24", "deno", "bun"],
    works: (server) =>
      responds(server, '{"event":"echo","data":"hello"}', '{"event":"echo","data":"own hello"}'),
  },
  {
    name: "Vite in middleware mode",
    script: "vite.mjs",
    runtimes: everywhere,
    async works({ address, port }) {
      const client = await (await fetch(`${address}/@vite/client`)).text();
      const token = /wsToken = "([^"]*)"/.exec(client)?.[1];
      using connection = await HttpConnection.open(port);
      const headers = { "Origin": address, "Sec-WebSocket-Protocol": "vite-hmr" };
      const socket = await RawWebSocket.open(connection, `/?token=${token}`, headers);
      assertEquals(await socket.message(), '{"type":"connected"}');
    },
  },
  {
    name: "Next.js with a page for every path",
    script: "next.mjs",
    runtimes: everywhere,
    async works({ address, port }) {
      const response = await fetch(`${address}/any/other/path`);
      assertStringIncludes(await response.text(), "The page");
      // It has no websockets in production, and ends what asks for one without a word.
      using connection = await HttpConnection.open(port);
      await connection.send({ path: "/_next/hmr", headers: handshake });
      assertEquals([...await connection.reader.toEnd()], []);
    },
  },
];

/** Fails unless the program's own websocket gives this response. */
async function responds({ port }: ServerProcess, message: string, expected: string): Promise<void> {
  using connection = await HttpConnection.open(port);
  const socket = await RawWebSocket.open(connection, "/own");
  await socket.sendText(message);
  assertEquals(await socket.message(), expected);
}
