/** Clients of several versions. */
"use strict";

const sockjs = require("sockjs");
const { forEach, print } = require("./facts.cjs");
const { open, serve, transports } = require("./site.cjs");

const versions = ["sockjs-client-1.0", "sockjs-client-1.1", "sockjs-client-1.3", "sockjs-client"];

const serveEcho = () =>
  serve((server) => {
    const service = sockjs.createServer({ prefix: "/echo", log() {} });
    service.on("connection", (connection) => {
      connection.on("data", (message) => connection.write(message));
    });
    service.installHandlers(server);
  });

print(forEach(versions, (name) =>
  forEach(transports, (transport) => ({
    async [`${name} ${require(`${name}/package.json`).version} over ${transport}`]() {
      const site = await serveEcho();
      const client = await open(`${site.url}/echo`, transport, require(name));
      client.send("h\u00e9llo \u{1f600}");
      const echo = await client.next();
      client.close(3000, "bye");
      const end = await client.closed;
      site.stop();
      return { echo, end };
    },
  }))));
