import http from "node:http";
import { createServer } from "sockjs-web";
import { installHandlers } from "sockjs-web/node";

const server = http.createServer((_request, response) => response.end("Hello"));
const chat = createServer({ prefix: "/chat" });

const events = {
  join: (connection, room) => connection.subscribe(room),
  say(_connection, room, text) {
    chat.publish(room, JSON.stringify({ event: "said", args: [text] }));
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
});

installHandlers(chat, server);
server.listen(9999);
