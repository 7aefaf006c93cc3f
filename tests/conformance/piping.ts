/**
 * Applications that pipe connections and do not await the pipes.
 *
 * @module
 */

import { EventEmitter } from "node:events";
import { Writable } from "node:stream";
import type { Connection } from "../../mod.ts";

/** The example of `src/connection/README.md`: an echo in upper case. */
export function echoThroughStreams(connection: Connection): void {
  const { readable, writable } = connection.stream();
  readable.pipeThrough(upperCase()).pipeTo(writable);
}

function upperCase(): TransformStream<string, string> {
  return new TransformStream({
    transform: (message, controller) => controller.enqueue(message.toUpperCase()),
    flush: (controller) => controller.enqueue("the end"),
  });
}

const fail = () => {
  throw new Error("the destination failed");
};
const failLater = () => Promise.reject(new Error("the destination failed"));
const never = () => new Promise<void>(() => {});

/** Destinations that fail, by what goes wrong. */
export const failures: Readonly<Record<string, (connection: Connection) => void>> = {
  "a Node stream errors": (it) => {
    it.pipe(new Writable({ write: (_chunk, _encoding, done) => done(fault()) }));
  },
  "a Node stream errors at its end": (it) => {
    it.pipe(
      new Writable({ write: (_chunk, _encoding, done) => done(), final: (done) => done(fault()) }),
    );
    it.on("data", () => it.close(1011));
  },
  "write throws": (it) => void it.pipe({ write: fail }),
  "write rejects": (it) => void it.pipe({ write: failLater }),
  "an emitter errors": (it) => {
    const emitter = new EventEmitter();
    const write = () => emitter.emit("error", fault());
    it.pipe(Object.assign(emitter, { write }));
  },
  "a sink's start rejects": (it) => {
    it.stream().readable.pipeTo(new WritableStream({ start: failLater }));
  },
  "a sink's write throws": (it) => {
    it.stream().readable.pipeTo(new WritableStream({ write: fail }));
  },
  "a sink's write rejects": (it) => {
    it.stream().readable.pipeTo(new WritableStream({ write: failLater }));
  },
  "a transform throws": (it) => {
    const { readable, writable } = it.stream();
    readable.pipeThrough(new TransformStream({ transform: fail })).pipeTo(writable);
  },
  "a branch's sink throws": (it) => {
    const [one, other] = it.stream().readable.tee();
    one.pipeTo(new WritableStream({ write: fail }));
    other.pipeTo(new WritableStream({ write: fail }));
  },
};

const shared = new Writable({ write: (_chunk, _encoding, done) => done() });

/** Destinations that do not fail, or whose failure need not be reported. */
export const oddities: Readonly<Record<string, (connection: Connection) => void>> = {
  "a Node stream was ended": (it) => {
    it.pipe(new Writable({ write: (_chunk, _encoding, done) => done() }).end());
  },
  "a Node stream is shared": (it) => void it.pipe(shared),
  "a Node stream is shared and not ended": (it) => void it.pipe(shared, { end: false }),
  "a sink never settles": (it) => {
    it.stream().readable.pipeTo(new WritableStream({ write: never, close: never }));
  },
  "a sink never starts": (it) => {
    it.stream().readable.pipeTo(new WritableStream({ start: never }));
  },
  "a source has no end": (it) => {
    // Long, so that systems have soon taken all that they take.
    const text = "x".repeat(1000);
    const pull = (controller: ReadableStreamDefaultController<string>) => controller.enqueue(text);
    new ReadableStream<string>({ pull }).pipeTo(it.stream().writable);
  },
  "a writer writes on and on": (it) => {
    const writer = it.stream().writable.getWriter();
    const timer = setInterval(() => void writer.write("x"), 1);
    // It writes on after the end.
    it.on("close", () => setTimeout(clearInterval, 20, timer));
  },
  "a pipe is aborted": (it) => {
    const abort = new AbortController();
    it.stream().readable.pipeTo(new WritableStream(), { signal: abort.signal });
    setTimeout(() => abort.abort(), 0);
  },
};

function fault(): Error {
  return new Error("the destination failed");
}

/** Pipes as the URL selects: its server segment is an index into the list. */
export function pipeByUrl(
  ways: Readonly<Record<string, (connection: Connection) => void>>,
): (connection: Connection) => void {
  return (connection) => {
    const place = Number(connection.pathname.split("/").at(-3));
    Object.values(ways)[place]?.(connection);
  };
}
