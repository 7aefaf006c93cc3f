import http from "node:http";
import { Server } from "socket.io";

const server = http.createServer((_request, response) => response.end("Hello"));
const io = new Server(server);

io.on("connection", (socket) => {
  socket.on("join", (room) => socket.join(room));
  socket.on("say", (room, text, acknowledge) => {
    io.to(room).emit("said", text);
    acknowledge("ok");
  });
});

server.listen(9999);
