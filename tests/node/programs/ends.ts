/** Serves a few clients, closes everything, and must then exit by itself. */

import { Buffer } from "node:buffer";
import { createServer, request } from "node:http";
import { connect } from "node:net";
import { WebSocket } from "ws";
import { createServer as createSockJS } from "../../../mod.ts";
import { installHandlers } from "../../../src/adapters/node.ts";
import { listen } from "../../support/program_control.ts";

const httpServer = createServer();
const sockjs = createSockJS({ prefix: "/echo", disconnectDelay: 50 });
installHandlers(sockjs, httpServer);
sockjs.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});
const port = await listen(httpServer);
const base = `http://127.0.0.1:${port}/echo`;

/** Sends a request and reads its response, or with `leave` only its first byte. */
function ask(path: string, { leave = false, method = "POST" } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(base + path, { method, agent: false }, (response) => {
      const chunks: Uint8Array[] = [];
      response.on("data", (chunk) => {
        chunks.push(chunk);
        if (leave) sent.destroy();
      });
      response.on("error", () => {});
      response.on("close", () => resolve(Buffer.concat(chunks).toString()));
    });
    sent.on("error", (error) => leave || reject(error));
    sent.end();
  });
}

function webSocket(): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${base.replace("http", "ws")}/websocket`);
    socket.on("open", () => socket.send("hello"));
    socket.on("message", () => socket.close());
    socket.on("close", () => resolve());
  });
}

function refusedUpgrade(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.write("GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    socket.once("data", () => socket.destroy());
    socket.on("close", () => resolve());
  });
}

const closed: Promise<number>[] = [];
sockjs.on("connection", (connection) => {
  closed.push(new Promise((resolve) => connection.on("close", ({ code }) => resolve(code))));
});
await ask("/0/1/xhr");
await ask("/0/2/xhr_streaming", { leave: true });
await ask("/0/3/eventsource", { leave: true, method: "GET" });
await webSocket();
await refusedUpgrade();
await new Promise((resolve) => httpServer.close(resolve));
console.log(JSON.stringify((await Promise.all(closed)).sort()));
