/**
 * An echo service as it is deployed: its environment says where it listens, and on SIGTERM it
 * drains. It runs on Node, Deno and Bun.
 */

import http from "node:http";
import process from "node:process";
import { setTimeout as wait } from "node:timers/promises";
import { createServer } from "sockjs-web";
import { installHandlers } from "sockjs-web/node";
import { openBus } from "./bus.mjs";

const {
  HOST = "127.0.0.1",
  PORT = "8081",
  // The path of a unix socket, in place of HOST and PORT.
  SOCKET,
  // Set by systemd when it passes a socket that is already listening.
  LISTEN_FDS,
  // Where /info sends clients, so that the proxy knows the process by the path.
  BASE_URL,
  // A number of proxies, or their addresses with commas between them. Their X-Forwarded-For is trusted.
  TRUSTED_PROXIES,
  // How long balancers need to notice that /info answers 503.
  DRAIN_SECONDS = "5",
  // Over how long the clients are sent away.
  SPREAD_SECONDS = "5",
} = process.env;

const drainTime = secondsOf("DRAIN_SECONDS", DRAIN_SECONDS);
const spread = secondsOf("SPREAD_SECONDS", SPREAD_SECONDS);

const bus = await openBus();
const echo = createServer({
  prefix: "/echo",
  // Below the idle timeout of every proxy on the way.
  heartbeatDelay: 25_000,
  ...(BASE_URL && { baseUrl: BASE_URL }),
  ...(TRUSTED_PROXIES && { trustProxy: trustedProxies(TRUSTED_PROXIES) }),
  ...(bus && { cluster: { bus, name: "echo", sessions: true } }),
  log: (severity, message) => severity !== "debug" && console.error(`${severity}: ${message}`),
});
echo.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

const httpServer = http.createServer((request, response) => response.end("Hello\n"));
installHandlers(echo, httpServer);
// Longer than proxies keep idle connections. Otherwise a proxy may send a request on a connection
// that is just being closed, and answer 502.
httpServer.keepAliveTimeout = 125_000;
// The first file descriptor that systemd passes is 3.
const place = LISTEN_FDS
  ? { fd: 3 }
  : SOCKET
  ? { path: SOCKET }
  : { host: HOST, port: Number(PORT) };
httpServer.listen(place, () => {
  const address = httpServer.address();
  console.log(address?.port ? `http://${HOST}:${address.port}` : `unix:${SOCKET ?? ""}`);
});

let isEnding = false;
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, async () => {
    // A second signal ends the process at once.
    if (isEnding) process.exit(0);
    isEnding = true;
    echo.drain();
    await wait(drainTime);
    await echo.close({ spread });
    await bus?.close();
    httpServer.close(() => process.exit(0));
    // Responses get a second. A client that stops in the middle of a request would keep the server
    // for minutes.
    setTimeout(() => process.exit(0), 1000);
  });
}

/** In milliseconds. A mistake ends the program at its start, not while it drains. */
function secondsOf(name, text) {
  if (/^\d{1,5}$/.test(text)) return Number(text) * 1000;
  throw new TypeError(`${name} must be a number of seconds, got "${text}"`);
}

function trustedProxies(text) {
  return /^\d+$/.test(text) ? Number(text) : text.split(",");
}
