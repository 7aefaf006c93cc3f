const http = require("http");
const sockjs = require("sockjs");

const chat = sockjs.createServer({ prefix: "/chat", log: () => {} });
const connections = new Set();

chat.on("connection", (conn) => {
  connections.add(conn);
  conn.on("data", (message) => {
    for (const each of connections) each.write(message);
  });
  conn.on("close", () => connections.delete(conn));
});

const server = http.createServer((req, res) => res.end("Hello"));
chat.installHandlers(server);
server.listen(9999);
