/**
 * A client without SockJS: sends the lines that you type, and prints what comes.
 *
 * ```sh
 * deno task example raw_websocket/client --runtime node ws://127.0.0.1:8080/echo/websocket
 * ```
 *
 * @module
 */

import process from "node:process";
import { createInterface } from "node:readline";
import { fail } from "../command_line.ts";

// Node has one of its own from version 22 on.
const WebSocket = globalThis.WebSocket ?? (await import("ws")).WebSocket;

const url = process.argv[2] ?? "ws://127.0.0.1:8080/echo/websocket";
if (!/^wss?:/.test(url) || !URL.canParse(url)) {
  fail(`the argument is a ws: or wss: URL, not "${url}"`);
}
const socket = new WebSocket(url);

/** Lines whose echoes are under way, and whether more lines will come. */
let awaited = 0;
let isOver = false;

socket.onopen = () => {
  console.log(`Connected to ${url}: type a line, end with Ctrl+D`);
  createInterface({ input: process.stdin })
    .on("line", (line) => {
      socket.send(line);
      awaited++;
    })
    .on("close", () => {
      isOver = true;
      closeAtTheEnd();
    });
};

socket.onmessage = ({ data }) => {
  console.log(`← ${data}`);
  awaited--;
  closeAtTheEnd();
};

/** A socket that is closing gives no messages any more. */
function closeAtTheEnd(): void {
  if (isOver && awaited === 0) socket.close(1000);
}

socket.onclose = ({ code, reason }) => {
  console.log(`Closed: ${code} ${reason}`.trim());
  process.exit(code === 1000 ? 0 : 1);
};

// Comes before `close`, which runtimes fill in differently then.
socket.onerror = () => {
  console.error(`No connection to ${url}`);
  process.exit(1);
};
