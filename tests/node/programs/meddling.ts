/** Services behind code that changes requests or responses before SockJS gets them. */

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSockJS } from "../../../mod.ts";
import { installHandlers } from "../../../src/adapters/node.ts";
import { serve } from "../../support/program_control.ts";

const logged: string[] = [];
const sockjs = createSockJS({
  prefix: "/echo",
  responseLimit: 200,
  log: (severity, message) => severity === "error" && logged.push(message.split("\n")[0] ?? ""),
});
sockjs.on("connection", (connection) => {
  connection.on("data", (message) => connection.write(message));
});

const refuse = () => {
  throw new Error("refused");
};
/** Comes back when a body has been read. */
const whole = (req: IncomingMessage) => new Promise<void>((resolve) => req.on("end", resolve));

/** By the header that asks for it. Those that are not done at once hand the request on then. */
const meddling: Record<string, (req: IncomingMessage, res: ServerResponse) => unknown> = {
  "utf8": (req) => req.setEncoding("utf8"),
  "base64": (req) => req.setEncoding("base64"),
  "latin1": (req) => req.setEncoding("latin1"),
  "paused": (req) => req.pause(),
  "resumed": (req) => req.resume(),
  "listened": (req) => req.on("data", () => {}),
  "readable": (req) => req.on("readable", () => {}),
  "iterated": (req) =>
    void (async () => {
      for await (const _ of req);
    })().catch(() => {}),
  "read": async (req) => await whole(req.resume()),
  "begun": (req) => new Promise((resolve) => req.once("data", resolve)),
  "destroyed": (req) => void req.destroy(),
  "destroyed answer": (_req, res) => void res.destroy(),
  "ended": (_req, res) => void res.end("ended"),
  "head": (_req, res) => {
    res.writeHead(418, { "Content-Length": "6" });
    // Later than our response, which takes a few turns.
    setTimeout(() => res.end("others"), 20);
  },
  "fields": (_req, res) => {
    res.setHeader("Content-Length", "3");
    res.setHeader("X-Own", "1");
    res.statusMessage = "Fine";
  },
  "writeHead": (_req, res) => void Object.assign(res, { writeHead: refuse }),
  "write": (_req, res) => void Object.assign(res, { write: refuse }),
  "end": (_req, res) => void Object.assign(res, { end: refuse }),
  "setHeader": (_req, res) => void Object.assign(res, { getHeader: refuse, removeHeader: refuse }),
  "on": (_req, res) => void Object.assign(res, { on: refuse }),
  "ended later": (_req, res) => {
    // The same, and the second after the first.
    setTimeout(() => res.end("more"), 20);
    setTimeout(() => res.write("more", () => {}), 30);
  },
};

const server = createServer();
installHandlers(sockjs, server);
const [ours] = server.rawListeners("request");
server.removeAllListeners("request");
server.on("request", async (req, res) => {
  await meddling[`${req.headers["x-before"]}`]?.(req, res);
  ours?.call(server, req, res);
});
/** The same in the same turn of the event loop, for what must not be late. */
const atOnce = createServer();
installHandlers(sockjs, atOnce, {});
const [oursAtOnce] = atOnce.rawListeners("request");
atOnce.removeAllListeners("request");
atOnce.on("request", (req, res) => {
  void meddling[`${req.headers["x-before"]}`]?.(req, res);
  oursAtOnce?.call(atOnce, req, res);
});

await serve({ server, atOnce }, { logged: () => logged.splice(0) });
