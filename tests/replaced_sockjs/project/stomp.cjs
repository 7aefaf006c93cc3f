/** stomp-broker-js over SockJS: two clients of STOMP, by frames of our own. */
"use strict";

const StompServer = require("stomp-broker-js");
const { forEach, next, print } = require("./facts.cjs");
const { open, serve, transports } = require("./site.cjs");

const serveBroker = () =>
  serve((server) => new StompServer({ server, path: "/stomp", protocol: "sockjs" }));

/** A frame as text. */
const frame = (command, headers, body = "") =>
  [command, ...Object.entries(headers).map((pair) => pair.join(":")), "", body].join("\n") + "\0";

/** What a frame says, without what differs from one run to the next. */
function read(text) {
  const [head, body] = text.replace(/\0\n*$/, "").split("\n\n");
  const [command, ...lines] = head.split("\n");
  const headers = Object.fromEntries(lines.map((line) => line.split(":")));
  const { session: _session, "message-id": _id, ...same } = headers;
  return { command, headers: same, body };
}

async function connect(site, transport) {
  const client = await open(`${site.url}/stomp`, transport);
  client.send(frame("CONNECT", { "accept-version": "1.1", "heart-beat": "0,0" }));
  return { client, connected: read(await client.next()) };
}

print(forEach(transports, (transport) => ({
  async [`${transport}: a message goes to whom subscribed`]() {
    const site = await serveBroker();
    const disconnected = next(site.installed, "disconnected");
    const { client: reader, connected } = await connect(site, transport);
    const subscribed = next(site.installed, "subscribe");
    reader.send(frame("SUBSCRIBE", { id: "sub-0", destination: "/news" }));
    await subscribed;
    const { client: writer } = await connect(site, transport);
    writer.send(frame("SEND", { destination: "/news" }, "read all about it"));
    const message = read(await reader.next());
    const wasSent = site.installed.send("/news", {}, "from the server");
    const own = read(await reader.next());
    reader.send(frame("DISCONNECT", { receipt: "77" }));
    const receipt = read(await reader.next());
    const ids = await disconnected;
    site.stop();
    return { connected, message, wasSent, own, receipt, ids: ids.length };
  },
})));
