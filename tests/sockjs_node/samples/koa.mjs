import http from "node:http";
import Koa from "koa";
import sockjs from "sockjs-web/sockjs-node";

const echo = sockjs.createServer({ prefix: "/echo" });
echo.on("connection", (conn) => {
  conn.on("data", (message) => conn.write(message));
});

const app = new Koa();
app.use((ctx) => {
  if (ctx.path === "/") ctx.body = "Hello from Koa";
});

const server = http.createServer(app.callback());
echo.attach(server);
server.listen(9999, "0.0.0.0");
