/** shoe: SockJS connections as streams. It pins sockjs 0.3.7. */
"use strict";

const shoe = require("shoe");
const { forEach, next, print } = require("./facts.cjs");
const { open, pollingClient, serve, transports } = require("./site.cjs");

/** Serves streams, and keeps all that happens to them. */
const serveShoe = (options = {}) =>
  serve((server) => {
    const seen = { streams: [], events: [] };
    const sock = shoe((stream) => {
      seen.streams.push(stream);
      stream.on("data", (message) => stream.write(`again ${message}`));
      for (const event of ["end", "close"]) stream.on(event, () => seen.events.push(event));
    });
    sock.install(server, { prefix: "/shoe", ...options });
    return seen;
  });

/** The events of a stream, each once: some are emitted again while it is cleaned up. */
const distinct = (events) => [...new Set(events)].sort();

const afterTurns = () => new Promise((resolve) => setTimeout(resolve, 100));

print({
  "what it takes over from sockjs": () => Object.keys(shoe).sort(),
  ...forEach(transports, (transport) => ({
    async [`${transport} echoes`]() {
      const site = await serveShoe();
      const client = await open(`${site.url}/shoe`, transport);
      client.send("hello");
      const echo = await client.next();
      site.stop();
      return echo;
    },
    async [`${transport} closes when the client does`]() {
      const site = await serveShoe({ disconnect_delay: 500 });
      const client = await open(`${site.url}/shoe`, transport);
      client.send("hello");
      await client.next();
      const closed = next(site.installed.streams[0], "close");
      client.close();
      await closed;
      await afterTurns();
      site.stop();
      return distinct(site.installed.events);
    },
    async [`${transport} closes when the server does`]() {
      const site = await serveShoe({ disconnect_delay: 500 });
      const client = await open(`${site.url}/shoe`, transport);
      client.send("hello");
      await client.next();
      const closed = next(site.installed.streams[0], "close");
      site.installed.streams[0].end("the last");
      const [last, end] = [await client.next(), await client.closed];
      await closed;
      await afterTurns();
      site.stop();
      return { last, end, events: distinct(site.installed.events) };
    },
  })),
  async "a polling client that does not come back is closed"() {
    const site = await serveShoe({ disconnect_delay: 300 });
    const client = pollingClient(`${site.url}/shoe`);
    const first = await client.poll();
    await next(site.installed.streams[0], "close");
    await afterTurns();
    site.stop();
    return { first, events: distinct(site.installed.events) };
  },
  async "a stream can be piped"() {
    const site = await serve((server) => {
      shoe((stream) => stream.pipe(stream)).install(server, "/pipe");
    });
    const client = await open(`${site.url}/pipe`, "websocket");
    client.send("one");
    client.send("two");
    const echoes = [await client.next(), await client.next()];
    site.stop();
    return echoes;
  },
  async "log lines are an event"() {
    const lines = [];
    const site = await serve((server) => {
      const sock = shoe(() => {});
      sock.on("log", (severity) => lines.push(severity));
      return sock.install(server, "/shoe");
    });
    await pollingClient(`${site.url}/shoe`).poll();
    site.stop();
    return distinct(lines);
  },
});
