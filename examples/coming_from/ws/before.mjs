import http from "node:http";
import { WebSocketServer } from "ws";

const server = http.createServer((_request, response) => response.end("Hello"));
const chat = new WebSocketServer({ server, path: "/chat" });
const alive = new WeakSet();

chat.on("connection", (socket, request) => {
  alive.add(socket);
  socket.on("pong", () => alive.add(socket));
  socket.on("error", console.error);
  socket.send(`Welcome from ${request.socket.remoteAddress}`);
  socket.on("message", (data) => {
    for (const each of chat.clients) {
      if (each.readyState === each.OPEN) each.send(String(data));
    }
  });
});

setInterval(() => {
  for (const socket of chat.clients) {
    if (alive.delete(socket)) socket.ping();
    else socket.terminate();
  }
}, 25_000);

server.listen(9999);
