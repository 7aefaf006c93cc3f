import Fastify from "fastify";
import { createServer } from "sockjs-web/sockjs-node";

const echo = createServer();
echo.on("connection", (conn) => {
  conn.on("data", (message) => conn.write(message));
});

const app = Fastify();
app.get("/", () => "Hello from Fastify");

echo.installHandlers(app.server, { prefix: "/echo" });
await app.listen({ port: 9999, host: "0.0.0.0" });
