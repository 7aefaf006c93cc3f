// Connections where Node code expects streams.

import http from "node:http";
import { finished, PassThrough, pipeline, Readable, Stream, Transform, Writable } from "node:stream";
import sockjs from "sockjs-web/sockjs-node";

const server = http.createServer();

function serve(prefix, listener) {
  const service = sockjs.createServer({ prefix });
  service.on("connection", (conn) => listener(conn, service));
  service.installHandlers(server);
}

const upperCase = () =>
  new Transform({
    objectMode: true,
    transform: (message, _encoding, done) => done(null, message.toUpperCase()),
  });

/** Takes one message at a time, each in a turn of its own. */
const slowly = (take) =>
  new Writable({
    objectMode: true,
    highWaterMark: 1,
    write(message, _encoding, done) {
      take(message);
      setImmediate(done);
    },
  });

const result = (error) => error?.code ?? error?.message ?? "well";

serve("/pipe", (conn) => {
  console.log(conn instanceof Stream);
  conn.pipe(upperCase()).pipe(conn);
});

serve("/pipe_from", (conn) => Readable.from(["one", "two", "three"]).pipe(conn));

serve("/pipeline_from", (conn) => {
  pipeline(Readable.from(["one", "two", "three"]), conn, (error) => console.log(result(error)));
});

serve("/pipeline_through", (conn) => {
  pipeline(conn, upperCase(), conn, (error) => console.log(result(error)));
});

serve("/pipeline_to", (conn) => {
  let messages = "";
  const target = slowly((message) => messages += message);
  pipeline(conn, target, (error) => console.log(messages, result(error)));
  conn.on("close", () => console.log(conn.readable, conn.readyState));
});

serve("/pipeline_generator", (conn) => {
  const numbered = async function* (messages) {
    let i = 0;
    for await (const message of messages) yield `${++i} ${message}`;
  };
  let all = "";
  const target = slowly((message) => all += message);
  pipeline(conn, numbered, target, (error) => console.log(all, result(error)));
});

serve("/pipeline_fails", (conn) => {
  const failing = new Writable({ write: (_message, _encoding, done) => done(new Error("full")) });
  pipeline(conn, failing, (error) => console.log(result(error)));
});

serve("/pipe_fails", (conn, service) => {
  service.on("error", (error) => console.log(error.message));
  conn.pipe(new Writable({ write: (_message, _encoding, done) => done(new Error("full")) }));
});

serve("/target_closes", (conn) => {
  const dead = new Writable({ objectMode: true, highWaterMark: 1, write: () => {} });
  conn.pipe(dead);
  conn.once("data", () => setImmediate(() => dead.destroy()));
  dead.on("close", () => conn.write("closed"));
  conn.on("close", () => console.log("told"));
});

serve("/pipe_late", (conn) => {
  const target = new PassThrough();
  const listeners = () => target.eventNames().map((name) => target.listenerCount(name)).join();
  const before = listeners();
  conn.on("close", () => {
    setImmediate(() => {
      conn.pipe(target);
      console.log(listeners() === before);
    });
  });
});

serve("/finished", (conn) => finished(conn, (error) => console.log(result(error))));

serve("/finished_late", (conn) => {
  conn.on("close", () => {
    setImmediate(() => finished(conn, (error) => console.log(result(error))));
  });
});

serve("/wrap", (conn) => {
  let messages = "";
  const readable = new Readable({ encoding: "utf8" }).wrap(conn);
  readable.on("data", (message) => messages += message);
  readable.on("end", () => console.log(messages));
});

serve("/iterate", async (conn) => {
  for await (const message of conn) conn.write(`again ${message}`);
  console.log("no more");
});

serve("/flood", (conn) => {
  let chunks = 200;
  const source = new Readable({
    read() {
      this.push(chunks-- > 0 ? "x".repeat(16 * 1024) : null);
    },
  });
  let pauses = 0;
  source.on("pause", () => pauses++);
  source.on("end", () => console.log(pauses > 0));
  source.pipe(conn);
});

server.listen(9999);
