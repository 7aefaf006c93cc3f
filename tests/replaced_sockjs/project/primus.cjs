/** Primus with its transformer `sockjs`, and its own client. */
"use strict";

const Primus = require("primus");
const { forEach, next, print } = require("./facts.cjs");
const { pollingClient, request, serve, transports } = require("./site.cjs");

const servePrimus = (options = {}) =>
  serve((server) => {
    const primus = new Primus(server, { transformer: "sockjs", ...options });
    primus.on("connection", (spark) => spark.on("data", (data) => spark.write({ again: data })));
    return primus;
  });

/** Opens the client that Primus makes for its server. */
async function open({ url, installed }, transport, query = "") {
  const client = new installed.Socket(url + query, {
    transport: { transports: [transport], timeout: 10_000 },
    strategy: [],
  });
  await next(client, "open");
  return client;
}

const ofAddress = ({ ip, port }) => ({ ip, port: typeof port });

print({
  ...forEach(transports, (transport) => ({
    async [`${transport} echoes`]() {
      const site = await servePrimus();
      const client = await open(site, transport);
      client.write("h\u00e9llo");
      const [text] = await next(client, "data");
      client.write({ object: [1, 2] });
      const [object] = await next(client, "data");
      site.stop();
      return [text, object];
    },
    async [`${transport}: a spark has the request's headers, query and address`]() {
      const site = await servePrimus();
      const connected = next(site.installed, "connection");
      const client = await open(site, transport, "?room=5");
      const [spark] = await connected;
      const { headers, query, address } = spark;
      client.end();
      site.stop();
      return {
        // They hold the request itself, too.
        headers: Object.keys(headers).filter((name) => !/^sec-websocket-key/.test(name)).sort(),
        host: headers.host === `127.0.0.1:${site.port}`,
        query: query.room,
        address: ofAddress(address),
      };
    },
    async [`${transport}: either end can close`]() {
      const site = await servePrimus();
      const connected = next(site.installed, "connection");
      const client = await open(site, transport);
      const [spark] = await connected;
      const sparkEnded = next(spark, "end");
      client.end();
      await sparkEnded;
      const again = next(site.installed, "connection");
      const other = await open(site, transport);
      const otherEnded = next(other, "end");
      (await again)[0].end();
      await otherEnded;
      const { connected: left } = site.installed;
      site.stop();
      return { left };
    },
    async [`${transport}: destroy ends the clients and the server`]() {
      const site = await servePrimus();
      const client = await open(site, transport);
      const ended = next(client, "close");
      const destroyed = new Promise((resolve) => site.installed.destroy({}, () => resolve()));
      await ended;
      // Node keeps idle connections of HTTP open, with either of them.
      site.server.closeIdleConnections?.();
      await destroyed;
      return site.server.listening;
    },
  })),
  async "a poll's own headers are all in spark.headers"() {
    const site = await servePrimus();
    const connected = next(site.installed, "connection");
    const client = pollingClient(`${site.url}/primus`, {
      "Cookie": "a=b",
      "Authorization": "Bearer of news",
      "Via": "1.1 proxy",
      "X-Forwarded-For": "192.0.2.7",
    });
    const first = await client.poll();
    const [{ headers, address }] = await connected;
    site.stop();
    return {
      first,
      cookie: headers.cookie,
      authorization: headers.authorization,
      via: headers.via,
      forwarded: headers["x-forwarded-for"],
      address: ofAddress(address),
    };
  },
  async "paths that Primus does not own belong to the application"() {
    const site = await servePrimus();
    const texts = {};
    for (const path of ["/", "/primus.js", "/primusx/info", "/primus/info", "/primus/nothing"]) {
      const { status, text } = await request(site.url + path);
      if (status !== 200) texts[path] = status;
      else texts[path] = path.endsWith("info") ? "JSON" : text.trim();
    }
    site.stop();
    return texts;
  },
  async "a message above maxLength closes a websocket"() {
    const site = await servePrimus({ maxLength: 5000 });
    const client = await open(site, "websocket");
    client.write("x".repeat(4000));
    const [data] = await next(client, "data");
    const closed = next(client, "incoming::error");
    client.write("x".repeat(6000));
    const [{ code }] = await closed;
    site.stop();
    return { length: data.again.length, code };
  },
  async "a message of 9 MB is below the default of maxLength"() {
    const site = await servePrimus();
    const client = await open(site, "websocket");
    client.write("x".repeat(9_000_000));
    const [data] = await next(client, "data");
    site.stop();
    return data.again.length;
  },
  async "with compression, a client that does not compress is served"() {
    const site = await servePrimus({ compression: true });
    const client = await open(site, "websocket");
    client.write("hello");
    const [data] = await next(client, "data");
    site.stop();
    return data;
  },
  async "a client reconnects after the server has asked it to"() {
    const site = await servePrimus();
    const connected = next(site.installed, "connection");
    const client = new site.installed.Socket(site.url, { reconnect: { max: 100, min: 10 } });
    await next(client, "open");
    const again = next(client, "open");
    (await connected)[0].end(undefined, { reconnect: true });
    await again;
    client.end();
    site.stop();
    return true;
  },
});
