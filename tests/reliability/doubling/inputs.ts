/**
 * Inputs of any size: everything that a client may send much of.
 *
 * @module
 */

import { concatenate } from "../../support/bytes.ts";
import { handshake, opcodes } from "../../support/raw_websocket.ts";
import type { TestServer } from "../../support/test_server.ts";

/** Something of which there may be much. */
export interface Input {
  readonly name: string;
  /** The exponent of two for the largest size: what is above is refused, or takes long. */
  readonly to: number;
  /** How many there are in a turn of the event loop is the affair of the runtime, which reads them. */
  readonly comesApart?: boolean;
  /** Sends that much, and waits until the server has done with it. */
  send(server: TestServer, size: number): Promise<void>;
}

/** The ways in which the application may read. */
const ways = ["listener", "loop", "stream", "pipe", "pause", "late"];

const list = (size: number) => `[${'"",'.repeat(size)}"last"]`;

/** A payload on a websocket that ends with the application's last message. */
async function onWebSocket(server: TestServer, way: string, payload: string): Promise<void> {
  const socket = await server.websocketSession(`/${way}`);
  await socket.sendText(payload);
  while (await socket.message() === "h");
  socket.abort();
}

/** The same by a send. */
async function bySend(
  server: TestServer,
  way: string,
  body: string,
  headers: Record<string, string> = {},
  path = "xhr_send",
): Promise<void> {
  const session = await server.xhr(`/${way}`).open();
  const sending = server.post(`${session.base}/${path}`, body, headers);
  await session.poll();
  await sending;
}

/** A request of which the response is whatever it is. */
async function ask(
  server: TestServer,
  path: string,
  headers: Record<string, string>,
): Promise<void> {
  await server.get(path, headers);
}

const header =
  (name: string, each: string, path = "/listener/info"): Input["send"] => async (server, size) =>
    await ask(server, path, { [name]: each.repeat(size) });

/** The bytes of a body in chunks of one. */
function inChunksOfOne(body: string): string {
  return `${[...body].map((byte) => `1\r\n${byte}\r\n`).join("")}0\r\n\r\n`;
}

async function inFragments(server: TestServer, size: number): Promise<void> {
  const socket = await server.websocketSession("/listener");
  const text = JSON.stringify([`${"x".repeat(size)}`, "last"]);
  await socket.send(
    ...[...text].map((payload, at) => ({
      opcode: at === 0 ? opcodes.text : opcodes.continuation,
      payload,
      fin: at === text.length - 1,
    })),
  ).catch(() => {});
  // Too many of them are refused.
  await socket.next();
  socket.abort();
}

async function messagesApart(server: TestServer, size: number): Promise<void> {
  const socket = await server.websocketSession("/listener");
  const frames = Array.from({ length: size }, () => ({ opcode: opcodes.text, payload: '""' }));
  await socket.send(...frames, { opcode: opcodes.text, payload: '"last"' });
  while (await socket.message() === "h");
  socket.abort();
}

/** A session that reads nothing back until all was written. */
async function backlog(server: TestServer, size: number): Promise<void> {
  const session = await server.xhr("/listener").open();
  await session.send(...Array.from({ length: size }, () => "echo"));
  await session.send("last");
  while (!(await session.poll()).includes("received"));
}

/** All of them. */
export const inputs: readonly Input[] = [
  ...ways.flatMap((way): Input[] => [
    {
      ...{ name: `messages in a websocket's payload, read by ${way}`, to: 17 },
      send: (server, size) => onWebSocket(server, way, list(size)),
    },
    {
      ...{ name: `messages in a send, read by ${way}`, to: 17 },
      send: (server, size) => bySend(server, way, list(size)),
    },
  ]),
  {
    ...{ name: "a message on a websocket, that comes back", to: 19 },
    send: (server, size) => onWebSocket(server, "listener", `["echo${"x".repeat(size)}"]`),
  },
  {
    ...{ name: "characters that are escaped", to: 17 },
    send: (server, size) =>
      bySend(server, "listener", JSON.stringify([`echo${"\u2028".repeat(size)}`])),
  },
  { name: "messages on a websocket", to: 14, comesApart: true, send: messagesApart },
  { name: "messages that wait for a client", to: 15, send: backlog },
  { name: "fragments of a message", to: 12, send: inFragments },
  {
    ...{ name: "chunks of a body", to: 14 },
    send: (server, size) =>
      bySend(server, "listener", inChunksOfOne(`["${"x".repeat(size)}","last"]`), {
        "Transfer-Encoding": "chunked",
      }),
  },
  {
    ...{ name: "fields of a form", to: 16 },
    send: (server, size) =>
      bySend(
        server,
        "listener",
        `${"a=b&".repeat(size)}d=${encodeURIComponent('["last"]')}`,
        { "Content-Type": "application/x-www-form-urlencoded" },
        "jsonp_send",
      ),
  },
  {
    ...{ name: "escapes in a form", to: 16 },
    send: (server, size) =>
      bySend(
        server,
        "listener",
        `d=${encodeURIComponent(`["`)}${"%41".repeat(size)}${encodeURIComponent(`","last"]`)}`,
        { "Content-Type": "application/x-www-form-urlencoded" },
        "jsonp_send",
      ),
  },
  {
    ...{ name: "parameters of a query", to: 11 },
    send: (server, size) =>
      ask(server, `/listener/000/${server.newId()}/jsonp?${"a&".repeat(size)}c=x`, {}),
  },
  {
    ...{ name: "characters of a callback", to: 12 },
    send: (server, size) =>
      ask(server, `/listener/000/${server.newId()}/jsonp?c=${"x".repeat(size)}`, {}),
  },
  {
    name: "segments of a path",
    to: 11,
    send: (server, size) => ask(server, `/listener${"/a".repeat(size)}`, {}),
  },
  {
    ...{ name: "fields of a head", to: 9 },
    send: (server, size) => {
      const fields = Array.from({ length: size }, (_, at) => [`x-${at}`, "x"]);
      return ask(server, "/listener/info", Object.fromEntries(fields));
    },
  },
  { name: "cookies", to: 10, send: header("Cookie", "a=b; ") },
  {
    name: "entity tags",
    to: 10,
    send: header("If-None-Match", '"a", ', "/listener/iframe.html"),
  },
  {
    name: "requested headers",
    to: 10,
    send: header("Access-Control-Request-Headers", "x-a, "),
  },
  {
    ...{ name: "subprotocols", to: 10 },
    send: async (server, size) => {
      const connection = await server.connect();
      await connection.send({
        path: "/listener/websocket",
        headers: { ...handshake, "Sec-WebSocket-Protocol": `${"a, ".repeat(size)}b` },
      });
      await connection.head();
      connection.close();
    },
  },
  {
    ...{ name: "requests on a connection, all at once", to: 9 },
    send: async (server, size) => {
      const connection = await server.connect();
      const request = new TextEncoder().encode("GET /listener/info HTTP/1.1\r\nHost: x\r\n\r\n");
      await connection.write(concatenate(Array.from({ length: size }, () => request)));
      for (let at = 0; at < size; at++) await connection.response();
      connection.close();
    },
  },
  {
    ...{ name: "sessions", to: 9 },
    send: async (server, size) => {
      for (let at = 0; at < size; at++) await server.xhr("/listener").open();
    },
  },
];
