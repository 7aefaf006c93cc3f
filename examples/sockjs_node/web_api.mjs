import http from "node:http";
import { createServer } from "sockjs-web";
import { installHandlers } from "sockjs-web/node";

const chat = createServer({ prefix: "/chat" });

chat.on("connection", (connection) => {
  connection.on("data", (message) => chat.broadcast(message));
});

const server = http.createServer((req, res) => res.end("Hello"));
installHandlers(chat, server);
server.listen(9999);
