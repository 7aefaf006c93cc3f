/** A socket.io client over one transport: `node socket_io_client.mjs URL TRANSPORT`. */

import process from "node:process";
import { io } from "socket.io-client";

const [url, transport] = process.argv.slice(2);
const socket = io(url, { transports: [transport] });
socket.on("connect_error", (error) => {
  console.error(error);
  process.exit(1);
});
console.log(await socket.timeout(30_000).emitWithAck("echo", "hello"));
socket.close();
