/**
 * Applications that use their connections well or badly.
 *
 * @module
 */

import process from "node:process";
import type { Connection } from "../../../../mod.ts";

type Application = (connection: Connection) => unknown;

const thrown = (where: string) => new Error(`thrown by ${where}`);
const never = () => new Promise<never>(() => {});
const upperCase = () =>
  new TransformStream<string, string>({
    transform: (message, controller) => controller.enqueue(message.toUpperCase()),
  });

/** A sink that fails in one of its parts, or never comes to an end there. */
function badSink(part: "start" | "write" | "close" | "abort", fails: boolean) {
  const bad = () => fails ? Promise.reject(thrown(part)) : never();
  return new WritableStream<string>({ [part]: bad });
}

/** Something with the methods of Node's streams. */
function badWritable(write: () => unknown) {
  return { write, end() {}, on() {}, once() {}, off() {}, emit: () => false };
}

/** Does what its messages say: `write 100 x`, `close 3000 why`. Others come back. */
function obey(connection: Connection, message: string): void {
  const [command, first = "", ...rest] = message.split(" ");
  if (command === "write") connection.write((rest[0] ?? "x").repeat(Number(first)));
  else if (command === "close") connection.close(Number(first), rest.join(" "));
  else if (command === "end") connection.end(first);
  else if (command === "pause") pause(connection, Number(first));
  else if (command === "throw") throw thrown("data");
  else if (command === "many") { for (let at = Number(first); at > 0; at--) connection.write("x"); }
  else connection.write(message);
}

function pause(connection: Connection, ms: number): void {
  connection.pause();
  setTimeout(() => connection.resume(), ms);
}

/** All of them, by their names. */
export const applications: Readonly<Record<string, Application>> = {
  obeys: (connection) => connection.on("data", (message) => obey(connection, message)),
  async reads(connection) {
    for await (const message of connection) obey(connection, message);
  },
  async writes(connection) {
    for (let at = 0; at < 200; at++) {
      if (!connection.write("x".repeat(at))) await connection.ready;
    }
    connection.close();
  },
  leaves: (connection) => connection.on("data", () => connection.close(3000, "Go away!")),
  ignores: () => {},
  pauses: (connection) => connection.pause(),
  throws() {
    throw thrown("connection");
  },
  "throws-late": (connection) =>
    connection.on("close", () => {
      throw thrown("close");
    }),
  rejects: (connection) =>
    connection.on("data", () => Promise.reject(thrown("data")) as unknown as void),
  "throws-nothing": (connection) =>
    connection.on("data", () => {
      throw undefined;
    }),
  streams(connection) {
    const { readable, writable } = connection.stream();
    readable.pipeThrough(upperCase()).pipeTo(writable);
  },
  tees(connection) {
    const { readable, writable } = connection.stream();
    const [one, other] = readable.tee();
    one.pipeTo(writable);
    other.pipeTo(new WritableStream());
  },
  "streams-to-nobody": (connection) => connection.stream().readable.cancel(thrown("cancel")),
  "streams-and-aborts": (connection) => connection.stream().writable.abort(thrown("abort")),
  "fails-in-start": (connection) => connection.stream().readable.pipeTo(badSink("start", true)),
  "fails-in-write": (connection) => connection.stream().readable.pipeTo(badSink("write", true)),
  "fails-in-close": (connection) => connection.stream().readable.pipeTo(badSink("close", true)),
  "fails-in-abort": (connection) => connection.stream().readable.pipeTo(badSink("abort", true)),
  "never-writes": (connection) => connection.stream().readable.pipeTo(badSink("write", false)),
  "never-closes": (connection) => connection.stream().readable.pipeTo(badSink("close", false)),
  prints: (connection) => connection.pipe(process.stdout),
  "pipes-to-itself": (connection) => connection.pipe(connection as never),
  "pipes-and-throws": (connection) =>
    connection.pipe(badWritable(() => {
      throw thrown("write");
    }) as never),
  "pipes-and-rejects": (connection) =>
    connection.pipe(badWritable(() => Promise.reject(thrown("write"))) as never),
};
