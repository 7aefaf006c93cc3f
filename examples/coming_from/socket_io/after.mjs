import http from "node:http";
import { createServer } from "sockjs-web";
import { installHandlers } from "sockjs-web/node";

const server = http.createServer((_request, response) => response.end("Hello"));
const chat = createServer({ prefix: "/chat" });
const rooms = new Map();

const events = {
  join(connection, room) {
    if (!rooms.has(room)) rooms.set(room, new Set());
    rooms.get(room).add(connection);
  },
  say(_connection, room, text) {
    for (const each of rooms.get(room) ?? []) {
      each.write(JSON.stringify({ event: "said", args: [text] }));
    }
    return "ok";
  },
};

chat.on("connection", (connection) => {
  connection.on("data", (message) => {
    const { event, args, id } = JSON.parse(message);
    if (!Object.hasOwn(events, event)) return;
    const result = events[event](connection, ...args);
    if (id !== undefined) connection.write(JSON.stringify({ id, result }));
  });
  connection.on("close", () => {
    for (const [room, members] of rooms) {
      if (members.delete(connection) && members.size === 0) rooms.delete(room);
    }
  });
});

installHandlers(chat, server);
server.listen(9999);
