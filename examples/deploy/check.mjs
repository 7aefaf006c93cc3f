/**
 * Connects over each transport that the stock client has outside browsers, and prints what comes
 * back. It needs `npm install sockjs-client`, and takes a URL, such as http://localhost:8080/echo.
 */

import process from "node:process";
import SockJS from "sockjs-client";

for (const transports of ["websocket", "xhr-streaming", "eventsource", "xhr-polling"]) {
  const client = new SockJS(process.argv[2], null, { transports });
  client.onopen = () => client.send("hello");
  client.onmessage = ({ data }) => {
    console.log(`${transports}: ${data}`);
    client.close();
  };
  client.onclose = ({ code, reason }) => {
    if (code !== 1000) console.log(`${transports}: closed with ${code}, ${reason}`);
  };
}
