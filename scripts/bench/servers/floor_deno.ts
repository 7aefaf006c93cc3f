/**
 * The floor on Deno.
 *
 * @module
 */

import { hostname } from "../../../examples/serve.ts";
import { frame, isForAll } from "./floor.ts";
import { respond } from "./floor_fetch.ts";
import { announce } from "./start.ts";

const everyone = new Set<WebSocket>();

Deno.serve(
  { hostname, port: 0, onListen: ({ port }) => announce(port) },
  (request) => request.method === "GET" ? upgrade(request) : respond(request),
);

function upgrade(request: Request): Response {
  const toAll = isForAll(request.url);
  const { socket, response } = Deno.upgradeWebSocket(request);
  socket.onopen = () => {
    if (toAll) everyone.add(socket);
    socket.send("o");
  };
  socket.onclose = () => everyone.delete(socket);
  socket.onmessage = () => {
    if (toAll) { for (const each of everyone) each.send(frame); }
    else socket.send(frame);
  };
  return response;
}
