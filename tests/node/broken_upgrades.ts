/**
 * Malformed upgrade requests, and clients that disconnect during an upgrade.
 *
 * @module
 */

import { connect } from "node:net";
import { handshake } from "../support/raw_websocket.ts";

interface Upgrade {
  method?: string;
  path?: string;
  /** Header fields that are other, or not there. */
  fields?: Record<string, string | undefined>;
  /** What follows the head. */
  rest?: string;
}

function bytesOf({ method = "GET", path = "/echo/0/ID/websocket", fields, rest = "" }: Upgrade) {
  const lines = Object.entries({ Host: "x", ...handshake, ...fields })
    .map(([name, value]) => value === undefined ? "" : `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${rest}`;
}

const good = bytesOf({});

/** A stream that waits, on the same connection. */
const stream = "POST /echo/0/ID/xhr_streaming HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";

/** The bytes of all kinds, by what is wrong with them; `ID` stands for one that is new. */
export const brokenUpgrades: Readonly<Record<string, string>> = {
  "wrong version": bytesOf({ fields: { "Sec-WebSocket-Version": "99" } }),
  "no version": bytesOf({ fields: { "Sec-WebSocket-Version": undefined } }),
  "wrong key": bytesOf({ fields: { "Sec-WebSocket-Key": "x" } }),
  "no key": bytesOf({ fields: { "Sec-WebSocket-Key": undefined } }),
  "another protocol": bytesOf({ fields: { "Upgrade": "h2c" } }),
  "switched off": bytesOf({ path: "/off/0/ID/websocket" }),
  "switched off, raw": bytesOf({ path: "/off/websocket" }),
  "unknown path": bytesOf({ path: "/echo/unknown" }),
  "unknown transport": bytesOf({ path: "/echo/0/ID/unknown" }),
  "outside the prefixes": bytesOf({ path: "/elsewhere" }),
  "a page": bytesOf({ path: "/echo/info" }),
  "POST": bytesOf({ method: "POST", fields: { "Content-Length": "5" }, rest: "12345" }),
  "POST without its body": bytesOf({ method: "POST", fields: { "Content-Length": "5" } }),
  "OPTIONS": bytesOf({ method: "OPTIONS" }),
  "a poll": bytesOf({ method: "POST", path: "/echo/0/ID/xhr" }),
  "a stream": bytesOf({ method: "POST", path: "/echo/0/ID/xhr_streaming" }),
  "an event source": bytesOf({ path: "/echo/0/ID/eventsource" }),
  "an html file": bytesOf({ path: "/echo/0/ID/htmlfile?c=x" }),
  "a send": bytesOf({ method: "POST", path: "/echo/0/ID/xhr_send", rest: '["x"]' }),
  "a frame that is cut off": bytesOf({ rest: "\x81\x85" }),
  "garbage after the handshake": bytesOf({ rest: "garbage garbage garbage" }),
  "garbage after a raw handshake": bytesOf({ path: "/echo/websocket", rest: "\xff\xff\xff\xff" }),
  "cut in the middle": good.slice(0, good.length / 2),
  "cut before the end": good.slice(0, -2),
  "nothing": "",
  "behind a stream": stream + good,
  "behind a stream, unknown": stream + bytesOf({ path: "/echo/unknown" }),
  "behind a stream, outside": stream + bytesOf({ path: "/elsewhere" }),
  "nothing wrong": good,
};

/** How a client goes away. */
export const disconnects = [
  "reset at once",
  "reset when answered",
  "ended at once",
  "ended when answered",
] as const;

/** Sends the bytes and goes away; when all is over, gives the start of the response. */
export function breakOff(
  port: number,
  bytes: string,
  how: typeof disconnects[number],
): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    const leave = () => how.startsWith("reset") ? socket.resetAndDestroy() : socket.end();
    const isWhole = bytes.includes("\r\n\r\n");
    let response = "";
    const timer = setTimeout(() => {
      reject(new Error(`The server keeps the connection after "${response}" to "${bytes}"`));
      socket.destroy();
    }, 10_000);
    socket.on("connect", () => {
      socket.write(bytes.replaceAll("ID", `${Math.random()}`.slice(2)), "latin1");
      if (how.endsWith("at once") || !isWhole) leave();
    });
    socket.on("data", (chunk: Uint8Array) => {
      if (response === "") {
        response = new TextDecoder().decode(chunk.subarray(0, 12));
        leave();
      }
    });
    // A reset, of either side.
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(response);
    });
  });
}
