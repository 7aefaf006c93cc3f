/** The server of `@teamplay/channel`, which uses the API of sockjs-node 0.4, with a backend of ours. */

import { EventEmitter } from "node:events";
import createChannel from "@teamplay/channel/server";
import facts from "./facts.cjs";
import sites from "./site.cjs";

const { next, print } = facts;
const { open, pollingClient, request, serve } = sites;

/** Keeps each client with the request that it came by. */
class Backend extends EventEmitter {
  clients = [];
  use() {}
  listen(stream, req) {
    const { client } = stream;
    this.clients.push({ client, stream, req });
    stream.on("data", (data) => stream.write({ again: data, session: req.connectSession }));
  }
}

/** A session in the request, as a middleware of Express makes it. */
function session(req, _res, done) {
  const { searchParams } = new URL(req.url, "http://host");
  req.session = { user: searchParams.get("user") ?? req.headers["x-user"] };
  setTimeout(done, 0);
}

async function serveChannel(options = {}) {
  const backend = new Backend();
  const { middleware } = createChannel(backend, { session, path: "/channel", ...options });
  const site = await serve(() => backend, (req, res) => {
    // As Express has it.
    res.status = (status) => Object.assign(res, { statusCode: status });
    middleware(req, res, () => res.end("The page"));
  });
  return { ...site, backend };
}

print({
  async "the stock client talks through it"() {
    const site = await serveChannel();
    const client = await open(`${site.url}/channel`, "xhr-polling");
    client.send(JSON.stringify({ hello: 1 }));
    const echo = JSON.parse(await client.next());
    const [{ client: served }] = site.backend.clients;
    const seen = { echo: echo.again, id: served.id.length, protocol: served.protocol };
    const closed = next(served, "close");
    served.close(3001, "done");
    const end = await client.closed;
    await closed;
    site.stop();
    return { ...seen, end };
  },
  async "each of 50 clients that come at once has its own request"() {
    const site = await serveChannel();
    const users = Array.from({ length: 50 }, (_, i) => `user ${i}`);
    const sessions = await Promise.all(users.map(async (user) => {
      const client = pollingClient(`${site.url}/channel`, { "X-User": user });
      await client.poll();
      const sent = client.send(JSON.stringify({ from: user }));
      const poll = client.poll();
      await sent;
      const [message] = JSON.parse((await poll).slice(1));
      const { again, session } = JSON.parse(message);
      return again.from === user && session.user === user;
    }));
    const ids = new Set(site.backend.clients.map(({ client }) => client.id));
    site.stop();
    return { own: sessions.filter(Boolean).length, ids: ids.size };
  },
  async "only the transport that it asks for is served"() {
    const site = await serveChannel();
    const { text } = await request(`${site.url}/channel/info`);
    const statuses = {};
    for (const path of ["xhr", "xhr_streaming", "eventsource", "htmlfile?c=x", "jsonp?c=x"]) {
      const method = path.startsWith("xhr") ? "POST" : "GET";
      const session = Math.random().toString(36).slice(2);
      const url = `${site.url}/channel/000/${session}/${path}`;
      statuses[path] = await statusOf(url, method);
    }
    site.stop();
    return { websocket: JSON.parse(text).websocket, statuses };
  },
  async "other paths go on to the application"() {
    const site = await serveChannel();
    const { text } = await request(`${site.url}/page`);
    site.stop();
    return text;
  },
  async "a client that may not come gets 403"() {
    const site = await serveChannel({ authorize: () => Promise.reject(new Error("no")) });
    const { status, text } = await request(`${site.url}/channel/info`);
    site.stop();
    return { status, text };
  },
  async "a client that the backend rejects is closed"() {
    const site = await serveChannel();
    site.backend.on("client", (_client, reject) => reject("full"));
    const client = pollingClient(`${site.url}/channel`, { "X-User": "someone" });
    const frames = [await client.poll(), await client.poll()];
    site.stop();
    return frames;
  },
});

/** The status of a response that may have no end. */
async function statusOf(url, method) {
  const abort = new AbortController();
  const { status } = await fetch(url, { method, signal: abort.signal });
  abort.abort();
  return status;
}
