const http = require("http");
const multiplex = require("websocket-multiplex");
const sockjs = require("sockjs-web/sockjs-node");

const service = sockjs.createServer();
const multiplexer = new multiplex.MultiplexServer(service);

const ann = multiplexer.registerChannel("ann");
ann.on("connection", (conn) => {
  conn.write("Ann says hi!");
  conn.on("data", (data) => conn.write("Ann nods: " + data));
});

const bob = multiplexer.registerChannel("bob");
bob.on("connection", (conn) => {
  conn.write("Bob doesn't agree.");
  conn.on("data", (data) => conn.write("Bob says no to: " + data));
  conn.on("close", () => console.log("Bob is gone"));
});

const server = http.createServer();
service.installHandlers(server, { prefix: "/multiplex" });
server.listen(9999, "0.0.0.0");
