/** What a page does in a room, with the client of socket.io or with `page.js`. Prints what comes. */

import { readFileSync } from "node:fs";
import process from "node:process";
import SockJS from "sockjs-client";
import { io } from "socket.io-client";
import vm from "node:vm";

const [address, client] = process.argv.slice(2);

function talk(socket) {
  socket.emit("join", "garden");
  socket.emit("say", "house", "not for us", (result) => {
    console.log("acknowledged", result);
    socket.emit("say", "garden", "hello", () => {});
  });
}

function said(text) {
  console.log("said", text);
  process.exit(0);
}

if (client === "socket.io") {
  const socket = io(address);
  socket.on("connect", () => talk(socket));
  socket.on("said", said);
} else {
  const context = vm.createContext({ SockJS, setTimeout, Map, Math, JSON });
  const connect = vm.runInContext(`${readFileSync("page.js", "utf8")}; connect`, context);
  const socket = connect(`${address}/chat`, { connect: () => talk(socket), said });
}
