import http from "node:http";
import { createServer } from "sockjs-web";
import { installHandlers } from "sockjs-web/node";

const server = http.createServer((_request, response) => response.end("Hello"));
const chat = createServer({ prefix: "/chat" });

chat.on("connection", (connection) => {
  connection.write(`Welcome from ${connection.remoteAddress}`);
  connection.on("data", (message) => chat.broadcast(message));
});

installHandlers(chat, server);
server.listen(9999);
