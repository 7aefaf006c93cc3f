/**
 * Answers that go straight into Node's `ServerResponse`.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { ServerResponse } from "node:http";
import { Answer } from "../../http/answer.ts";
import type { Fields } from "../../http/headers.ts";
import type { Sink, SinkListener } from "../../runtime.ts";
import type { NodeInfo } from "./info.ts";
import { whenQueued } from "./queued.ts";
import { isRealNode } from "./real_node.ts";
import { Suspension } from "./timeout.ts";

/** What handlers return where Node has been given the answer already. */
export const answered = new Response(null);

/** Sends an answer whose body is known. */
export function respond({ status, fields, body }: Answer, { res }: NodeInfo): void {
  // The application's function for the cookie, which has seen it, may have ended it.
  if (res.headersSent) return;
  if (body !== null) fields["Content-Length"] = String(Buffer.byteLength(body));
  else if (status !== 204 && status !== 304) fields["Content-Length"] = "0";
  res.writeHead(status, fields);
  // Of an answer to HEAD, Node sends no body.
  if (body === null) res.end();
  else res.end(body);
}

/** Node's own, unless somebody was here before. */
const { write } = ServerResponse.prototype;

/** The end of a body of chunks. */
const lastChunk = "0\r\n\r\n";

/** A body that is sent bit by bit, each time as a chunk of its own. */
export class NodeSink implements Sink {
  readonly response = answered;
  readonly #info: NodeInfo;
  readonly #timeout: Suspension;
  /** Until they are sent, with the first chunk. */
  #fields: Fields | undefined;
  /**
   * Whether we write the heads of chunks, in one piece with them, which Node would do in
   * four: 9 % less time for an echo, 18 % for a broadcast.
   */
  #chunked = false;
  /** Whoever is still to be told. */
  #listener: SinkListener | undefined;
  readonly #drained: () => void;
  readonly #congestion: number;

  constructor(fields: Fields, info: NodeInfo, listener: SinkListener) {
    this.#info = info;
    this.#fields = fields;
    this.#listener = listener;
    this.#congestion = listener.congestion;
    const { req, res } = info;
    this.#timeout = new Suspension(req, res);
    // A body that nobody reads would hide the end of the connection.
    req.resume();
    this.#drained = () => this.#listener?.drained();
    res.on("drain", this.#drained);
    const gone = () => {
      this.#timeout.end();
      this.#takeListener()?.broken();
    };
    res.on("close", gone);
    whenQueued(req, res, gone);
    // It may have gone while a second receiver waited for the first.
    if ((res.stream ?? req.socket).destroyed) queueMicrotask(gone);
  }

  get bufferedAmount(): number {
    return this.#info.res.writableLength;
  }

  write(text: string): number {
    this.#sendHead();
    const bytes = Buffer.byteLength(text);
    const { res } = this.#info;
    // Node itself tells of a drain above its own mark only.
    const isCongested = res.writableLength + bytes > this.#congestion;
    const written = isCongested ? this.#drained : undefined;
    res.write(this.#chunked ? chunkOf(text, bytes) : text, written);
    return bytes;
  }

  end(): void {
    this.#sendHead();
    this.#timeout.end();
    this.#info.res.end(this.#chunked ? lastChunk : undefined, () => this.#takeListener()?.ended());
  }

  finish(text: string): void {
    this.#listener = undefined;
    this.#timeout.end();
    if (this.#fields !== undefined) respond(new Answer(200, this.#fields, text), this.#info);
    else if (!this.#chunked) this.#info.res.end(text);
    else this.#info.res.end(chunkOf(text, Buffer.byteLength(text)) + lastChunk);
  }

  abort(): void {
    this.#listener = undefined;
    this.#info.res.destroy();
  }

  #sendHead(): void {
    const fields = this.#fields;
    if (fields === undefined) return;
    this.#fields = undefined;
    const { res } = this.#info;
    res.writeHead(200, fields);
    // Unless it is somebody's who does more with it, such as compression.
    const isPlain = isRealNode && Object.getPrototypeOf(res) === ServerResponse.prototype &&
      res.write === write;
    if (!isPlain || res.chunkedEncoding !== true) return;
    res.chunkedEncoding = false;
    this.#chunked = true;
  }

  #takeListener(): SinkListener | undefined {
    const listener = this.#listener;
    this.#listener = undefined;
    return listener;
  }
}

/** A chunk of HTTP/1.1, with its head. */
function chunkOf(text: string, bytes: number): string {
  return bytes.toString(16) + "\r\n" + text + "\r\n";
}
