/** The calls of the stream server of Meteor 3 (its package `ddp-server`), in our own words. */
"use strict";

const http = require("node:http");
const zlib = require("node:zlib");
const faye = require("faye-websocket");
const deflate = require("permessage-deflate");
const deflate2 = require("permessage-deflate2");
const sockjs = require("sockjs");
const { about, forEach, next, print } = require("./facts.cjs");
const { count, open, opened, request, serve, transports } = require("./site.cjs");

/** As Meteor sets it unless SERVER_WEBSOCKET_COMPRESSION says otherwise. */
const meteorDeflate = deflate2.configure({
  threshold: 1024,
  level: zlib.constants.Z_BEST_SPEED,
  memLevel: zlib.constants.Z_MIN_MEMLEVEL,
  noContextTakeover: true,
  maxWindowBits: zlib.constants.Z_MIN_WINDOWBITS,
});

/** Installs the stream server. Gives its open sockets. */
function streamServer(server, extensions) {
  const stream = { sockets: [] };
  // An idle socket is closed soon, unless a response is under way.
  const adjustTimeout = (req, res) => {
    req.setTimeout(120_000);
    res.on("finish", () => req.socket?.setTimeout(250));
  };
  server.setTimeout(250);
  server.on("request", adjustTimeout);
  const service = sockjs.createServer({
    prefix: "/sockjs",
    log() {},
    heartbeat_delay: 45_000,
    // Meteor's is 60 s.
    disconnect_delay: 1000,
    disable_cors: false,
    jsessionid: false,
    faye_server_options: { extensions },
  });
  server.removeListener("request", adjustTimeout);
  service.installHandlers(server);
  server.on("request", adjustTimeout);
  redirectWebSockets(server);
  service.on("connection", (socket) => {
    socket.setWebsocketTimeout = (ms) => {
      const isWebSocket = socket.protocol === "websocket" || socket.protocol === "websocket-raw";
      if (isWebSocket && socket._session.recv) socket._session.recv.connection.setTimeout(ms);
    };
    socket.setWebsocketTimeout(45_000);
    socket.send = (data) => socket.write(data);
    socket.on("close", () => {
      stream.sockets = stream.sockets.filter((other) => other !== socket);
    });
    stream.sockets.push(socket);
    socket.on("data", (message) => socket.send(`again ${message}`));
  });
  return stream;
}

/** Lets `/websocket` mean the raw websocket, for clients of DDP that are not SockJS. */
function redirectWebSockets(server) {
  for (const event of ["request", "upgrade"]) {
    const listeners = server.listeners(event);
    server.removeAllListeners(event);
    server.on(event, function (req, ...others) {
      if (/^\/websocket\/?$/.test(req.url)) req.url = "/sockjs/websocket";
      for (const listener of listeners) listener.call(server, req, ...others);
    });
  }
}

const serveStream = (extensions = [meteorDeflate]) =>
  serve((server) => streamServer(server, extensions));

/** A client of DDP that is not SockJS; it compresses if it is given an extension. */
const openRaw = ({ port }, path, extensions = []) =>
  opened(new faye.Client(`ws://127.0.0.1:${port}${path}`, [], { extensions }));

/** The extension that a handshake agrees on. */
async function agreed({ port }, offer) {
  const handshake = http.request(`http://127.0.0.1:${port}/sockjs/000/agreed/websocket`, {
    headers: {
      "Connection": "Upgrade",
      "Upgrade": "websocket",
      "Sec-WebSocket-Version": 13,
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Extensions": offer,
    },
  }).end();
  const [response, socket] = await next(handshake, "upgrade");
  socket.destroy();
  const [name, ...parameters] = (response.headers["sec-websocket-extensions"] ?? "none").split("; ");
  return [name, ...parameters.sort()].join("; ");
}

const added = JSON.stringify({
  msg: "added",
  collection: "players",
  id: "some player",
  fields: { name: "Ada Lovelace", score: 1000, text: "A long text that goes on. ".repeat(100) },
});

/** The bytes on the wire for 25 messages to a client that compresses. */
async function bytesFor(extensions) {
  const site = await serveStream(extensions);
  const counted = await count(site);
  const client = await openRaw(counted, "/sockjs/000/bytes/websocket", [deflate]);
  await client.next();
  for (let i = 0; i < 25; i++) site.installed.sockets[0].send(added);
  let messages = 0;
  while (messages < 25) messages += JSON.parse((await client.next()).slice(1)).length;
  counted.stop();
  site.stop();
  return about(counted.bytes);
}

print({
  ...forEach(transports, (transport) => ({
    async [`${transport} echoes, and its socket is counted until it closes`]() {
      const site = await serveStream();
      const client = await open(`${site.url}/sockjs`, transport);
      client.send("hello");
      const echo = await client.next();
      const [socket] = site.installed.sockets;
      const seen = { echo, protocol: socket.protocol, headers: Object.keys(socket.headers).sort() };
      const closed = next(socket, "close");
      client.close();
      await closed;
      site.stop();
      return { ...seen, left: site.installed.sockets.length };
    },
    async [`${transport} closes as the server says`]() {
      const site = await serveStream();
      const client = await open(`${site.url}/sockjs`, transport);
      client.send("hello");
      await client.next();
      site.installed.sockets[0].close(3500, "enough");
      const end = await client.closed;
      site.stop();
      return end;
    },
  })),
  async "the timeout of a websocket's TCP socket can be set"() {
    const site = await serveStream();
    const client = await open(`${site.url}/sockjs`, "websocket");
    client.send("hello");
    await client.next();
    const [socket] = site.installed.sockets;
    const { connection } = socket._session.recv;
    const first = connection.timeout;
    socket.setWebsocketTimeout(0);
    const second = connection.timeout;
    site.stop();
    return { first, second };
  },
  async "/websocket is the raw websocket"() {
    const site = await serveStream();
    const client = await openRaw(site, "/websocket");
    client.send('{"msg":"connect"}');
    const echo = await client.next();
    const { protocol, url } = site.installed.sockets[0];
    site.installed.sockets[0].close();
    const { code } = await client.closed;
    site.stop();
    return { echo, protocol, url, code };
  },
  "the bytes of 25 messages with Meteor's compression": () => bytesFor([meteorDeflate]),
  "the bytes of 25 messages with the extension's defaults": () => bytesFor([deflate]),
  "the bytes of 25 messages without compression": () => bytesFor([]),
  ...forEach(
    [
      "permessage-deflate",
      "permessage-deflate; client_max_window_bits",
      "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
      "x-other, permessage-deflate",
      "x-other",
    ],
    (offer) => ({
      async [`what is agreed for the offer "${offer}"`]() {
        const site = await serveStream();
        const extension = await agreed(site, offer);
        site.stop();
        return extension;
      },
    }),
  ),
  async "a compressed message of the client arrives"() {
    const site = await serveStream();
    const client = await openRaw(site, "/sockjs/000/compressed/websocket", [deflate]);
    await client.next();
    client.send(JSON.stringify([added]));
    const [echo] = JSON.parse((await client.next()).slice(1));
    site.stop();
    return echo === `again ${added}`;
  },
  async "other paths belong to the application"() {
    const site = await serveStream();
    const page = await request(`${site.url}/page`);
    const info = await request(`${site.url}/sockjs/info`);
    site.stop();
    return { page: page.text, info: Object.keys(JSON.parse(info.text)).sort() };
  },
  async "a poll lasts longer than a socket may be idle"() {
    const site = await serveStream();
    const client = await open(`${site.url}/sockjs`, "xhr-polling");
    client.send("hello");
    await client.next();
    await Promise.race([client.closed, new Promise((resolve) => setTimeout(resolve, 1500))]);
    client.send("hello again");
    const echo = await client.next();
    site.stop();
    return echo;
  },
});
