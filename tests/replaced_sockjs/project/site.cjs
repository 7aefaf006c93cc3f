/** An HTTP server of a test, and its clients. */
"use strict";

const http = require("node:http");
const net = require("node:net");
const stockClient = require("sockjs-client");

/** Those that the stock client has in Node. */
exports.transports = ["websocket", "xhr-streaming", "xhr-polling"];

/** Starts a server, after `install` has been called with it. */
exports.serve = async (install, listener = (_req, res) => res.end("The page")) => {
  const server = http.createServer(listener);
  const sockets = new Set();
  server.on("connection", (socket) => sockets.add(socket));
  const installed = install(server);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    server,
    installed,
    port,
    url: `http://127.0.0.1:${port}`,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
};

/** Opens a port that leads to a server, and counts what comes from there. */
exports.count = async ({ port }) => {
  const counted = { bytes: 0 };
  const proxy = net.createServer((near) => {
    const far = net.connect(port, "127.0.0.1");
    far.on("data", (chunk) => (counted.bytes += chunk.length));
    near.pipe(far).pipe(near);
    for (const end of [near, far]) end.on("error", () => {});
  });
  await new Promise((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return Object.assign(counted, { port: proxy.address().port, stop: () => proxy.close() });
};

/** Opens the stock client over one transport. */
exports.open = async (url, transport, Client = stockClient) => {
  return await opened(new Client(url, null, { transports: [transport], timeout: 10_000 }));
};

/** Waits until a client is open. Its messages are kept until they are asked for. */
async function opened(socket) {
  const messages = [];
  let wake = () => {};
  let end;
  socket.onmessage = ({ data }) => {
    messages.push(data);
    wake();
  };
  const closed = new Promise((resolve) => {
    socket.onclose = ({ code, reason, wasClean }) => {
      end = { code, reason, wasClean };
      resolve(end);
      wake();
    };
  });
  const refused = closed.then(({ code, reason }) => {
    throw new Error(`closed instead of open: ${code} ${reason}`);
  });
  await Promise.race([new Promise((resolve) => (socket.onopen = resolve)), refused]);
  refused.catch(() => {});
  return {
    closed,
    send: (message) => socket.send(message),
    close: (code, reason) => socket.close(code, reason),
    async next() {
      while (messages.length === 0) {
        if (end !== undefined) throw new Error(`closed: ${end.code} ${end.reason}`);
        await new Promise((resolve) => (wake = resolve));
      }
      return messages.shift();
    },
  };
}
exports.opened = opened;

/** Sends a request, and gives its response. */
exports.request = (url, { method = "GET", headers = {}, body = "" } = {}) =>
  new Promise((resolve, reject) => {
    const request = http.request(url, { method, headers, agent: false }, async (response) => {
      let text = "";
      try {
        for await (const chunk of response.setEncoding("utf8")) text += chunk;
        resolve({ status: response.statusCode, headers: response.headers, text });
      } catch (error) {
        reject(error);
      }
    });
    request.on("error", reject);
    request.end(body);
  });

/** A polling client that sends headers of its own. */
exports.pollingClient = (url, headers = {}) => {
  const session = `${url}/000/${Math.random().toString(36).slice(2)}`;
  const post = (path, body, more = headers) =>
    exports.request(session + path, { method: "POST", headers: more, body });
  return {
    poll: async (more) => (await post("/xhr", "", more)).text,
    send: (...messages) => post("/xhr_send", JSON.stringify(messages)),
  };
};
