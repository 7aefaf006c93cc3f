/**
 * Answers that go straight into Node's `ServerResponse`.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { Answer } from "../../http/answer.ts";
import type { Fields } from "../../http/headers.ts";
import type { Chunk } from "../../message.ts";
import type { Sink, SinkListener } from "../../runtime.ts";
import type { NodeInfo } from "./info.ts";
import { whenQueued } from "./queued.ts";
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

/** A body that is sent bit by bit; each `write` of Node's is a chunk of its own. */
export class NodeSink implements Sink {
  readonly response = answered;
  readonly #info: NodeInfo;
  readonly #timeout: Suspension;
  /** Until they are sent, with the first chunk. */
  #fields: Fields | undefined;
  /** Whoever is still to be told. */
  #listener: SinkListener | undefined;

  constructor(fields: Fields, info: NodeInfo, listener: SinkListener) {
    this.#info = info;
    this.#fields = fields;
    this.#listener = listener;
    const { req, res } = info;
    this.#timeout = new Suspension(req, res);
    // A body that nobody reads would hide the end of the connection.
    req.resume();
    res.on("drain", () => this.#listener?.drained());
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

  write({ text }: Chunk): number {
    this.#sendHead();
    this.#info.res.write(text);
    return Buffer.byteLength(text);
  }

  end(): void {
    this.#sendHead();
    this.#timeout.end();
    this.#info.res.end(undefined, () => this.#takeListener()?.ended());
  }

  finish(text: string): void {
    this.#listener = undefined;
    this.#timeout.end();
    if (this.#fields !== undefined) respond(new Answer(200, this.#fields, text), this.#info);
    else this.#info.res.end(text);
  }

  abort(): void {
    this.#listener = undefined;
    this.#info.res.destroy();
  }

  #sendHead(): void {
    const fields = this.#fields;
    if (fields === undefined) return;
    this.#fields = undefined;
    this.#info.res.writeHead(200, fields);
  }

  #takeListener(): SinkListener | undefined {
    const listener = this.#listener;
    this.#listener = undefined;
    return listener;
  }
}
