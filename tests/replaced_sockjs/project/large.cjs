/** Large messages in both directions, to healthy clients. */
"use strict";

const sockjs = require("sockjs");
const { forEach, print } = require("./facts.cjs");
const { open, pollingClient, serve, transports } = require("./site.cjs");

const million = "0123456789".repeat(100_000);

const serveLarge = () =>
  serve((server) => {
    const service = sockjs.createServer({ prefix: "/large", log() {} });
    service.on("connection", (connection) => {
      connection.on("data", (message) => {
        if (message === "at once") connection.write(million.repeat(20));
        else if (message === "in parts") { for (let i = 0; i < 20; i++) connection.write(million); }
        else connection.write(message.length);
      });
    });
    service.installHandlers(server);
  });

print({
  ...forEach(transports, (transport) => ({
    async [`${transport}: 20 messages of 1 MB, written at once, reach the client`]() {
      const site = await serveLarge();
      const client = await open(`${site.url}/large`, transport);
      client.send("in parts");
      let length = 0;
      for (let i = 0; i < 20; i++) length += (await client.next()).length;
      site.stop();
      return length;
    },
    async [`${transport}: a client's message of 5 MB arrives`]() {
      const site = await serveLarge();
      const client = await open(`${site.url}/large`, transport);
      client.send(million.repeat(5));
      const length = await client.next();
      site.stop();
      return length;
    },
  })),
  async "websocket: 20 MB in one message reach the client"() {
    const site = await serveLarge();
    const client = await open(`${site.url}/large`, "websocket");
    client.send("at once");
    const { length } = await client.next();
    site.stop();
    return length;
  },
  async "xhr_send: a payload of 5 MB in many messages arrives"() {
    const site = await serveLarge();
    const client = pollingClient(`${site.url}/large`);
    await client.poll();
    const { status } = await client.send(...new Array(50).fill("x".repeat(100_000)));
    const frames = [];
    let count = 0;
    while (count < 50) {
      const frame = await client.poll();
      frames.push(frame);
      count += JSON.parse(frame.slice(1)).length;
    }
    site.stop();
    return { status, count };
  },
});
