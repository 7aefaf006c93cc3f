/**
 * Connects over each transport that the stock client has outside browsers, and prints what comes
 * back. It needs `npm install sockjs-client`, and takes a URL, such as http://localhost:8080/echo.
 */

import http from "node:http";
import https from "node:https";
import process from "node:process";
import SockJS from "sockjs-client";

// Browsers keep cookies, and the client on Node does not. Affinity by a cookie needs them.
const cookies = new Map();
for (const protocol of [http, https]) {
  const { request } = protocol;
  protocol.request = (...args) => {
    const sent = request(...args);
    if (cookies.size > 0) sent.setHeader("Cookie", [...cookies.values()].join("; "));
    return sent.prependListener("response", ({ headers }) => {
      for (const line of headers["set-cookie"] ?? []) {
        const [cookie] = line.split(";");
        cookies.set(cookie.split("=")[0], cookie);
      }
    });
  };
}

for (const transport of ["websocket", "xhr-streaming", "eventsource", "xhr-polling"]) {
  const { code, reason } = await new Promise((resolve) => {
    const client = new SockJS(process.argv[2], null, { transports: [transport] });
    client.onopen = () => client.send("hello");
    client.onmessage = ({ data }) => {
      console.log(`${transport}: ${data}`);
      client.close();
    };
    client.onclose = resolve;
  });
  if (code === 1000) continue;
  console.log(`${transport}: closed with ${code}, ${reason}`);
  process.exitCode = 1;
}
