/**
 * Answers that go straight into Node's `ServerResponse`.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { Answer } from "../../http/answer.ts";
import type { Fields } from "../../http/headers.ts";
import type { Sink, SinkListener } from "../../runtime.ts";
import type { NodeInfo } from "./info.ts";
import type { ServerResponse } from "./types.ts";

/** What handlers return where Node has been given the answer already. */
export const answered = new Response(null);

/** Sends an answer whose body is known. */
export function respond({ status, fields, body }: Answer, info: NodeInfo): void {
  // The application's function for the cookie, which has seen it, may have ended it.
  if (info.answer.headersSent) return;
  if (body !== null) fields["Content-Length"] = String(Buffer.byteLength(body));
  else if (status !== 204 && status !== 304) fields["Content-Length"] = "0";
  sendHead(status, fields, info);
  // Of an answer to HEAD, Node sends no body.
  if (body === null) info.answer.end();
  else info.answer.end(body);
}

function sendHead(status: number, fields: Fields, info: NodeInfo): void {
  // After an upgrade request Node reads no other from that connection.
  if (info.isUpgrade) {
    fields["Connection"] = fields["Connection"] === undefined ? "close" : "Upgrade, close";
  }
  info.answer.writeHead(status, fields);
}

/** A body that is sent bit by bit; each `write` of Node's is a chunk of its own. */
export class NodeSink implements Sink {
  readonly response = answered;
  readonly #info: NodeInfo;
  readonly #res: ServerResponse;
  readonly #timeout: number;
  /** Until they are sent, with the first chunk. */
  #fields: Fields | undefined;
  /** Whoever is still to be told. */
  #listener: SinkListener | undefined;

  constructor(fields: Fields, info: NodeInfo, listener: SinkListener) {
    this.#info = info;
    this.#fields = fields;
    this.#listener = listener;
    const { req, answer } = info;
    this.#res = answer;
    // Heartbeats are the only thing to be heard for a while.
    this.#timeout = req.socket.timeout ?? 0;
    if (this.#timeout > 0) req.socket.setTimeout(0);
    // A body that nobody reads would hide the end of the connection.
    req.resume();
    answer.on("drain", () => this.#listener?.drained());
    const gone = () => this.#takeListener()?.broken();
    answer.on("close", gone);
    // It may have gone while a second receiver waited for the first.
    if ((answer.stream ?? req.socket).destroyed) queueMicrotask(gone);
  }

  get bufferedAmount(): number {
    return this.#res.writableLength;
  }

  write(text: string): number {
    this.#sendHead();
    this.#res.write(text);
    return Buffer.byteLength(text);
  }

  end(): void {
    this.#sendHead();
    this.#expectTraffic();
    this.#res.end(undefined, () => this.#takeListener()?.ended());
  }

  finish(text: string): void {
    this.#listener = undefined;
    this.#expectTraffic();
    if (this.#fields !== undefined) respond(new Answer(200, this.#fields, text), this.#info);
    else this.#res.end(text);
  }

  abort(): void {
    this.#listener = undefined;
    this.#res.destroy();
  }

  #sendHead(): void {
    const fields = this.#fields;
    if (fields === undefined) return;
    this.#fields = undefined;
    sendHead(200, fields, this.#info);
  }

  #expectTraffic(): void {
    if (this.#timeout > 0) this.#info.req.socket.setTimeout(this.#timeout);
  }

  #takeListener(): SinkListener | undefined {
    const listener = this.#listener;
    this.#listener = undefined;
    return listener;
  }
}
