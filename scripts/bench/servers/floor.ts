/**
 * The floor: the same bytes from a bare runtime, without a SockJS server. It has no sessions, and
 * encodes and decodes nothing: it answers everything with the frame that the load generator
 * expects.
 *
 * @module
 */

import process from "node:process";

/** So many bytes the generator's messages have. */
const bytes = Number(process.argv[2] ?? 32);

/** What answers each message, on a websocket. */
export const frame = `a["${"x".repeat(bytes)}"]`;

/** The same over HTTP. */
export const line = `${frame}\n`;

/** What a stream begins with. */
export const prelude = "h".repeat(2048) + "\n";

/** Bytes of frames after which a stream ends. */
export const responseLimit = 131072;

/** The header fields that the protocol demands of all responses. */
const fields = {
  "Cache-Control": "no-store, no-cache, no-transform, must-revalidate, max-age=0",
  "Access-Control-Allow-Origin": "http://example.com",
  "Access-Control-Allow-Credentials": "true",
  "Vary": "Origin",
};

/** Those of the response to a send. */
export const sendFields = { ...fields, "Content-Type": "text/plain; charset=UTF-8" };

/** Those of the response to a poll. */
export const pollFields = { ...fields, "Content-Type": "application/javascript; charset=UTF-8" };

/** Those of a stream. */
export const streamFields = { ...pollFields, "X-Accel-Buffering": "no" };

/** What a request asks for. */
export type Purpose = "send" | "poll" | "stream" | "other";

/** Says it by the end of the path. */
export function purposeOf(path: string): Purpose {
  if (path.endsWith("/xhr_send")) return "send";
  if (path.endsWith("/xhr")) return "poll";
  return path.endsWith("/xhr_streaming") ? "stream" : "other";
}

/** Whether it is the first of a session: the generator says so in the path. */
export function isFirst(path: string): boolean {
  return path.includes("/new/");
}

/** Whether a message goes to all connections. */
export function isForAll(path: string): boolean {
  return path.includes("/broadcast/");
}

/** Writes to a client's stream, and ends it. */
export interface Writer {
  write(text: string): void;
  end(): void;
}

/** The streams that are open, by client. */
export class Streams {
  readonly #byClient = new Map<string, Stream>();
  readonly #everyone = new Set<Stream>();

  /** A client's stream begins. */
  open(path: string, writer: Writer): void {
    const client = clientOf(path);
    let stream = this.#byClient.get(client);
    if (stream === undefined) {
      this.#byClient.set(client, stream = new Stream());
      if (isForAll(path)) this.#everyone.add(stream);
    }
    writer.write(prelude);
    if (isFirst(path)) writer.write("o\n");
    stream.open(writer);
  }

  /** A client sent a message. */
  respond(path: string): void {
    if (isForAll(path)) { for (const each of this.#everyone) each.send(); }
    else this.#byClient.get(clientOf(path))?.send();
  }

  /** A client went away, unless that response had come to its end. */
  forget(path: string, writer: Writer): void {
    const client = clientOf(path);
    const stream = this.#byClient.get(client);
    if (!stream?.isOn(writer)) return;
    this.#byClient.delete(client);
    this.#everyone.delete(stream);
  }
}

/** The segment before the last. */
function clientOf(path: string): string {
  const end = path.lastIndexOf("/");
  return path.slice(path.lastIndexOf("/", end - 1) + 1, end);
}

/** A client's stream, through all its responses. */
class Stream {
  #writer: Writer | undefined;
  #left = 0;
  /** How many frames wait for the next response. */
  #waiting = 0;

  open(writer: Writer): void {
    this.#writer = writer;
    this.#left = responseLimit;
    const waiting = this.#waiting;
    this.#waiting = 0;
    for (let sent = 0; sent < waiting; sent++) this.send();
  }

  isOn(writer: Writer): boolean {
    return this.#writer === writer;
  }

  send(): void {
    if (this.#writer === undefined) {
      this.#waiting++;
      return;
    }
    this.#writer.write(line);
    this.#left -= line.length;
    if (this.#left > 0) return;
    this.#writer.end();
    this.#writer = undefined;
  }
}
