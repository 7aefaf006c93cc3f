/**
 * Starts webpack-dev-server as it is asked to over HTTP, and prints where it can be asked. The
 * application is in `app/`.
 */
"use strict";

const http = require("node:http");
const path = require("node:path");
const process = require("node:process");
const { PassThrough } = require("node:stream");
const webpack = require("webpack");

/** Makes one; the options are those that a webpack.config.js has under `devServer`. */
function create({ packageName, options }) {
  const DevServer = require(packageName);
  const compiler = webpack({
    mode: "development",
    context: path.join(__dirname, "app"),
    entry: "./main.js",
    // Pages log as much as the server does, whose log is dropped.
    infrastructureLogging: { level: "info", stream: new PassThrough().resume() },
    stats: "none",
  });
  // A watched folder reloads pages that could be updated.
  const pages = { directory: path.join(__dirname, "app"), watch: false };
  return new DevServer({ static: pages, host: "127.0.0.1", port: 0, ...options }, compiler);
}

let devServer;

const address = () => `http://127.0.0.1:${devServer.server.address().port}`;

const commands = {
  async start(options) {
    devServer = create(options);
    await devServer.start();
    return address();
  },
  /** Starts another one on the same port, as after a change of the configuration. */
  async restart(options) {
    const { port } = devServer.server.address();
    await devServer.stop();
    devServer = create(options);
    devServer.options.port = port;
    await devServer.start();
    return address();
  },
  async stop() {
    await devServer.stop();
    return "stopped";
  },
  /** Lets go of the process. Nothing else ends it. */
  leave() {
    control.close();
    return "left";
  },
};

const control = http.createServer(async (req, res) => {
  let body = "";
  for await (const chunk of req) body += chunk;
  try {
    res.setHeader("Connection", "close");
    const result = await commands[req.url.slice(1)](body === "" ? undefined : JSON.parse(body));
    res.end(JSON.stringify(result));
  } catch (error) {
    res.writeHead(500).end(JSON.stringify(error.stack));
  }
});

control.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${control.address().port}`));
process.on("SIGTERM", () => process.exit(0));
