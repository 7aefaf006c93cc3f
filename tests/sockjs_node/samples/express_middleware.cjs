const express = require("express");
const http = require("http");
const sockjs = require("sockjs-web/sockjs-node");

const echo = sockjs.createServer({ prefix: "/echo" });
echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

const app = express();
const middleware = echo.middleware();
app.use(middleware);
app.get("/", (_req, res) => res.send("Hello from Express"));
const server = http.createServer(app);
server.on("upgrade", middleware.upgrade);
server.listen(9999, "0.0.0.0");
