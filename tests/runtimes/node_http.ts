/**
 * Probes `node:http` and `ws` on the current runtime, and prints the observations as one line of
 * JSON.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import process from "node:process";
import { WebSocketServer } from "ws";

/** Listens, and connects to it. */
async function begin(server: Server): Promise<Socket> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
  client.on("error", () => {});
  await once(client, "connect");
  return client;
}

const get = "GET / HTTP/1.1\r\nHost: x\r\n";
const upgrade = `${get}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

/** Far longer than a runtime takes for what it does by itself; probes see what does not happen, too. */
function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

/** What a probe sees that waits for what never happens. */
function nothing(): Promise<string> {
  return new Promise((resolve) => setTimeout(resolve, 5000, "nothing"));
}

async function chunksOfATurn() {
  const client = await begin(createServer((_req, res) => {
    res.write("one");
    res.write("two");
    res.end();
  }));
  client.write(`${get}\r\n`);
  let text = "";
  for await (const part of client) {
    text += part;
    if (text.endsWith("0\r\n\r\n")) break;
  }
  return text.includes("3\r\none\r\n3\r\ntwo\r\n");
}

/** Code that disables chunked encoding after the head can write its own chunks. */
async function ownChunks() {
  const client = await begin(createServer((_req, res) => {
    res.writeHead(200);
    const before = res.chunkedEncoding;
    res.chunkedEncoding = false;
    res.write(`3\r\none\r\n`);
    res.end(`0\r\n\r\n`);
    if (!before) res.destroy();
  }));
  client.write(`${get}\r\n`);
  let text = "";
  for await (const part of client) {
    text += part;
    if (text.endsWith("0\r\n\r\n")) break;
  }
  const isAnnounced = /^transfer-encoding: chunked\r$/im.test(text);
  return isAnnounced && text.endsWith("\r\n\r\n3\r\none\r\n0\r\n\r\n");
}

/** Frames of the websocket and of ours, by turns. */
async function ownFrames() {
  const server = createServer();
  const websockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (req, socket, head) => {
    websockets.handleUpgrade(req, socket, head, (websocket) => {
      const { _socket, extensions } = websocket as unknown as {
        readonly _socket?: Socket;
        readonly extensions: string;
      };
      websocket.send("1");
      _socket?.write(Uint8Array.of(0x81, 1, extensions === "" ? 0x32 : 0));
      websocket.send("3");
      websocket.close(1000);
    });
  });
  const client = await begin(server);
  client.write(`${upgrade}\r\n`);
  const parts: Uint8Array[] = [];
  for await (const part of client) {
    parts.push(part);
    if (part.at(-2) === 0x03) break;
  }
  return Buffer.concat(parts).toString("latin1").endsWith(
    "\r\n\r\n\x81\x011\x81\x012\x81\x013\x88\x02\x03\xe8",
  );
}

/** Without a listener for upgrades. */
async function upgradeAsRequest() {
  const server = createServer();
  const client = await begin(server);
  client.write(`${upgrade}\r\n`);
  await once(server, "request");
  return true;
}

/** Which events a socket emits when its client disconnects before the upgrade has a response. */
async function endAfterUpgrade() {
  const server = createServer();
  const socket = new Promise<Socket>((resolve) =>
    server.on("upgrade", (_, it) => resolve(it as Socket))
  );
  const client = await begin(server);
  client.write(`${upgrade}\r\n`);
  const it = await socket;
  it.on("error", () => {});
  client.end();
  await soon();
  it.resume();
  await soon();
  return { ended: it.readableEnded, destroyed: it.destroyed };
}

async function closeOfAnAnswer() {
  const server = createServer();
  const client = await begin(server);
  const request = once(server, "request");
  client.write(`${get}\r\n`);
  const [, res] = await request;
  const closed = once(res, "close");
  client.destroy();
  await closed;
  return { finished: res.writableFinished };
}

/** A message longer than `maxPayload`. */
async function tooLong() {
  const server = createServer();
  const websockets = new WebSocketServer({ noServer: true, maxPayload: 4 });
  const seen = new Promise((resolve) => {
    server.on("upgrade", (req, socket, head) => {
      websockets.handleUpgrade(req, socket, head, (websocket) => {
        const closings: unknown[] = [];
        const { close } = websocket;
        websocket.close = (...args: unknown[]) => {
          closings.push(args);
          close.apply(websocket, args as never);
        };
        websocket.on("error", (error) => {
          resolve({ code: (error as { code?: string }).code, closings });
        });
      });
    });
  });
  const client = await begin(server);
  client.write(`${upgrade}\r\n`);
  await once(client, "data");
  client.write(Uint8Array.of(0x81, 0x85, 0, 0, 0, 0, 1, 2, 3, 4, 5));
  return await seen;
}

/** A client that reads nothing for a while, and then everything. */
async function drain() {
  const server = createServer();
  const websockets = new WebSocketServer({ noServer: true });
  const seen = new Promise((resolve) => {
    server.on("upgrade", (req, socket, head) => {
      let drained = false;
      socket.on("drain", () => (drained = true));
      websockets.handleUpgrade(req, socket, head, (websocket) => {
        // A drain that comes at all comes right behind.
        websocket.send("x".repeat(20_000_000), () => setTimeout(() => resolve(drained), 50));
      });
    });
  });
  const client = await begin(server);
  client.write(`${upgrade}\r\n`);
  await soon();
  client.resume();
  return await seen;
}

/** A fragment of a message, without its end. */
async function fragments() {
  const server = createServer();
  const websockets = new WebSocketServer({ noServer: true });
  const seen = new Promise((resolve) => {
    server.on("upgrade", (req, socket, head) => {
      websockets.handleUpgrade(req, socket, head, (websocket) => {
        const { _receiver: receiver } = websocket as unknown as {
          _receiver?: {
            _fragments?: unknown[];
            _fin?: boolean;
            dataMessage?(done: unknown): void;
          };
        };
        if (receiver?.dataMessage === undefined) return resolve(undefined);
        receiver.dataMessage = function (done) {
          resolve({ count: this._fragments?.length, fin: this._fin });
          Object.getPrototypeOf(this).dataMessage.call(this, done);
        };
      });
    });
  });
  const client = await begin(server);
  client.write(`${upgrade}\r\n`);
  await once(client, "data");
  client.write(Uint8Array.of(0x01, 0x82, 0, 0, 0, 0, 0x61, 0x62));
  return await seen ?? "none";
}

/** An upgrade alone, and one behind a request without a response. */
async function unfinishedResponse() {
  const seen: boolean[] = [];
  for (const before of ["", `${get}\r\n`]) {
    const server = createServer();
    const event = new Promise<boolean>((resolve) =>
      server.on("upgrade", (_, socket) => {
        const { _httpMessage } = socket as unknown as { _httpMessage?: unknown };
        resolve(Boolean(_httpMessage));
      })
    );
    const client = await begin(server);
    client.write(`${before}${upgrade}\r\n`);
    seen.push(await event);
  }
  return seen;
}

/** The sockets of two responses on one connection. */
async function queuedResponse() {
  const sockets: boolean[] = [];
  const both = new Promise<void>((resolve) => {
    const server = createServer((_req, res) => {
      sockets.push(res.socket === null);
      if (sockets.length === 2) resolve();
    });
    begin(server).then((client) => client.write(`${get}\r\n${get}\r\n`));
  });
  await both;
  return sockets;
}

/** A socket of an upgrade that is given back to its server. */
async function putBack() {
  const server = createServer();
  server.on("upgrade", (_req, socket, head) => {
    socket.unshift(Buffer.concat([Buffer.from(`${get}X-Again: 1\r\n\r\n`), head]));
    server.emit("connection", socket);
  });
  const client = await begin(server);
  const request = once(server, "request");
  client.write(`${upgrade}\r\n`);
  const [req] = await request;
  return req.headers["x-again"];
}

/** A request whose headers are replaced. */
async function replacedHeaders() {
  const server = createServer();
  const client = await begin(server);
  const request = once(server, "request");
  client.write(`${get}X-Long: 1\r\n\r\n`);
  const [req] = await request;
  const isOwn = Object.hasOwn(req, "rawHeaders");
  if (isOwn) Object.assign(req, { headers: { a: "b" }, rawHeaders: [] });
  return isOwn && req.headers["x-long"] === undefined && req.rawHeaders.length === 0;
}

const probes = {
  chunksOfATurn,
  ownChunks,
  ownFrames,
  upgradeAsRequest,
  endAfterUpgrade,
  closeOfAnAnswer,
  tooLong,
  drain,
  fragments,
  unfinishedResponse,
  queuedResponse,
  putBack,
  replacedHeaders,
};
const seen: Record<string, unknown> = {};
for (const [name, probe] of Object.entries(probes)) {
  seen[name] = await Promise.race([probe(), nothing()]);
}
console.log(JSON.stringify(seen));
process.exit(0);
