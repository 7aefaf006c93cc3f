const http = require("http");
const express = require("express");
const sockjs = require("sockjs-web/sockjs-node");

const echo = sockjs.createServer();
echo.on("connection", (conn) => {
  conn.on("data", (message) => conn.write(message));
});

const app = express();
app.use(express.json());
app.get("/", (req, res) => res.send("Hello from Express"));
app.post("/sum", (req, res) => res.send(String(req.body[0] + req.body[1])));

const server = http.createServer(app);
echo.installHandlers(server, { prefix: "/echo" });
server.listen(9999, "0.0.0.0");
