/** What programs do to connections: they assign properties, copy them, and replace `emit`. */
"use strict";

const { EventEmitter } = require("node:events");
const sockjs = require("sockjs");
const { forEach, next, print } = require("./facts.cjs");
const { open, pollingClient, serve, transports } = require("./site.cjs");

/** Serves a service, and calls `use` with each connection. */
const serveConnections = (use, options = {}) =>
  serve((server) => {
    const service = sockjs.createServer({ prefix: "/echo", log() {}, ...options });
    service.on("connection", use);
    service.installHandlers(server);
    return service;
  });

/** Opens a client, and gives its connection, which answers `again` to each message. */
async function connect(transport, onConnection = () => {}) {
  const connected = new EventEmitter();
  const site = await serveConnections((connection) => {
    onConnection(connection);
    connection.on("data", (message) => connection.write(`again ${message}`));
    connected.emit("connection", connection);
  }, { disconnect_delay: 500 });
  const arrived = next(connected, "connection");
  const client = await open(`${site.url}/echo`, transport);
  const [connection] = await arrived;
  return { site, client, connection };
}

const documented = [
  "remoteAddress",
  "remotePort",
  "address",
  "headers",
  "url",
  "pathname",
  "prefix",
  "protocol",
  "id",
];

/** What of these properties an object has itself. */
const own = (object) => documented.filter((name) => Object.hasOwn(object, name));

const types = (object) => documented.map((name) => `${name}: ${typeof object[name]}`);

print({
  ...forEach(transports, (transport) => ({
    async [`${transport}: the documented properties are own and enumerable`]() {
      const { site, client, connection } = await connect(transport);
      const keys = Object.keys(connection).filter((key) => documented.includes(key)).sort();
      const found = {
        keys,
        copied: types({ ...connection }),
        assigned: own(Object.assign({}, connection)),
        address: Object.keys(connection.address).sort(),
        family: connection.address.family,
        writable: keys.every((key) => Object.getOwnPropertyDescriptor(connection, key).writable),
        session: "_session" in connection,
      };
      client.close();
      site.stop();
      return found;
    },
    async [`${transport}: properties can be assigned, in strict mode too`]() {
      const { site, client, connection } = await connect(transport, (connection) => {
        connection.remoteAddress = "192.0.2.9";
        connection.closed = true;
        connection.id = "an id of the application";
        connection.user = { name: "Ada" };
      });
      client.send("hello");
      const echo = await client.next();
      const { remoteAddress, closed, id, user } = connection;
      client.close();
      site.stop();
      return {
        echo,
        // Polling clients have asked again.
        remoteAddress: transport === "xhr-polling" ? "" : remoteAddress,
        closed,
        id,
        user,
      };
    },
    async [`${transport}: a replaced emit gets all events`]() {
      const events = [];
      const { site, client, connection } = await connect(transport, (connection) => {
        const { emit } = connection;
        connection.emit = function (event, ...args) {
          events.push(event === "data" ? `data ${args[0]}` : event);
          return emit.call(this, event, ...args);
        };
      });
      client.send("hello");
      const echo = await client.next();
      const closed = next(connection, "close");
      client.close();
      await closed;
      site.stop();
      return { echo, events: events.filter((event) => /^(data .*|end|close)$/.test(event)) };
    },
    async [`${transport}: a replaced emit can keep events from listeners`]() {
      const routed = new EventEmitter();
      const { site, client } = await connect(transport, (connection) => {
        connection.emit = (...args) => routed.emit(...args);
      });
      const data = next(routed, "data");
      client.send("hello");
      const [message] = await data;
      const closed = next(routed, "close");
      client.close();
      await closed;
      site.stop();
      return message;
    },
  })),
  async "a server's replaced emit gets connections"() {
    const seen = [];
    const site = await serveConnections((connection) => connection.close(3000, "seen"));
    const { emit } = site.installed;
    site.installed.emit = function (event, ...args) {
      seen.push(event);
      return emit.call(this, event, ...args);
    };
    const client = await open(`${site.url}/echo`, "websocket");
    await client.closed;
    site.stop();
    return seen;
  },
  async "what is assigned to remoteAddress at the first poll, after the second"() {
    const assigned = [];
    const site = await serveConnections((connection) => {
      connection.remoteAddress = "192.0.2.9";
      assigned.push(connection);
    });
    const client = pollingClient(`${site.url}/echo`);
    await client.poll();
    const [connection] = assigned;
    const before = connection.remoteAddress;
    const polled = client.poll({ "X-Real-IP": "192.0.2.10" });
    connection.write("hello");
    await polled;
    // The next one is certainly the second's.
    const { remoteAddress, headers } = connection;
    site.stop();
    return { before, after: remoteAddress, realIp: headers["x-real-ip"] };
  },
  async "end gives null, and writes what it is given"() {
    const results = [];
    const site = await serveConnections((connection) => results.push(connection.end("bye")));
    const client = await open(`${site.url}/echo`, "websocket");
    const last = await client.next();
    const end = await client.closed;
    site.stop();
    return { results, last, end };
  },
  async "readyState, readable and writable follow the session"() {
    const states = [];
    const { site, client, connection } = await connect("websocket", (connection) => {
      const state = () => [connection.readyState, connection.readable, connection.writable];
      states.push(state());
      connection.on("close", () => states.push(state()));
    });
    const closed = next(connection, "close");
    client.close();
    await closed;
    site.stop();
    return states;
  },
});
