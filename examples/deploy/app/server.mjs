/**
 * An echo service as it is deployed: its environment says where it listens, and on SIGTERM it
 * drains. It runs on Node, Deno and Bun.
 */

import http from "node:http";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { createServer } from "sockjs-web";
import { installHandlers } from "sockjs-web/node";

const {
  HOST = "127.0.0.1",
  PORT = "8081",
  // Set by systemd when it passes a socket that is already listening.
  LISTEN_FDS,
  // How many proxies are in front. Their X-Forwarded-For is trusted.
  TRUSTED_PROXIES,
  // How long balancers need to notice that /info answers 503.
  DRAIN_SECONDS = "5",
  // Over how long the clients are sent away.
  SPREAD_SECONDS = "5",
} = process.env;

const echo = createServer({
  prefix: "/echo",
  // Below the idle timeout of every proxy on the way.
  heartbeatDelay: 25_000,
  ...(TRUSTED_PROXIES && { trustProxy: Number(TRUSTED_PROXIES) }),
  log: (severity, message) => severity !== "debug" && console.error(`${severity}: ${message}`),
});
echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

const httpServer = http.createServer((request, response) => response.end("Hello\n"));
installHandlers(echo, httpServer);
// Longer than proxies keep idle connections. Otherwise a proxy may send a request on a connection
// that is just being closed, and answer 502.
httpServer.keepAliveTimeout = 95_000;
// The first file descriptor that systemd passes is 3.
const place = LISTEN_FDS ? { fd: 3 } : { host: HOST, port: Number(PORT) };
httpServer.listen(place, () => {
  const address = httpServer.address();
  console.log(address?.port ? `http://${HOST}:${address.port}` : "Listening on a unix socket");
});

for (const signal of ["SIGTERM", "SIGINT"]) {
  process.once(signal, async () => {
    echo.drain();
    await wait(Number(DRAIN_SECONDS) * 1000);
    await echo.close({ spread: Number(SPREAD_SECONDS) * 1000 });
    httpServer.close(() => process.exit(0));
    // Responses get a second. Connections without a request would keep the server for a minute.
    setTimeout(() => process.exit(0), 1000);
  });
}
