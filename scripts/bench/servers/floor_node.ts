/**
 * The floor on Node, with `node:http` and the package `ws`.
 *
 * @module
 */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { hostname } from "../../../examples/serve.ts";
import {
  frame,
  isFirst,
  isForAll,
  line,
  pollFields,
  purposeOf,
  sendFields,
  streamFields,
  Streams,
} from "./floor.ts";
import { announce } from "./start.ts";

const streams = new Streams();
const server = createServer(respond);

function respond(request: IncomingMessage, response: ServerResponse): void {
  const { url: path = "" } = request;
  switch (purposeOf(path)) {
    case "send": {
      const chunks: Uint8Array[] = [];
      request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
      request.on("end", () => {
        Buffer.concat(chunks).toString();
        streams.respond(path);
        response.writeHead(204, sendFields).end();
      });
      return;
    }
    case "poll": {
      const body = isFirst(path) ? "o\n" : line;
      response.writeHead(200, { ...pollFields, "Content-Length": body.length }).end(body);
      return;
    }
    case "stream":
      response.writeHead(200, streamFields);
      streams.open(path, response);
      response.on("close", () => streams.forget(path, response));
      return;
    case "other":
      response.writeHead(404).end();
  }
}

const everyone = new Set<WebSocket>();
const websockets = new WebSocketServer({ server, perMessageDeflate: false });

websockets.on("connection", (socket: WebSocket, { url = "" }: IncomingMessage) => {
  const toAll = isForAll(url);
  if (toAll) everyone.add(socket);
  socket.on("close", () => everyone.delete(socket));
  socket.on("message", (data) => {
    // As text, like the other servers.
    data.toString();
    if (toAll) { for (const each of everyone) each.send(frame); }
    else socket.send(frame);
  });
  socket.send("o");
});

server.listen(0, hostname, () => announce((server.address() as AddressInfo).port));
