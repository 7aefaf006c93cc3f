/**
 * A response that is sent in parts, written straight into Node's `ServerResponse`.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { PlainResponse } from "../../http/plain_response.ts";
import type { ResponseHeaders } from "../../http/headers.ts";
import type { Sink, SinkListener } from "../runtime.ts";
import { alreadySent, type Exchange } from "./exchange.ts";
import { takeOverChunks } from "./internals.ts";
import { IdleTimeoutSuspension, onResponseGone } from "./node_connection.ts";
import { writeHead } from "./response_head.ts";

/** The end of a chunked body. */
const lastChunk = "0\r\n\r\n";

/**
 * A text longer than `long` is sent in pieces of `maxPiece` characters, as Node does not report how
 * much of one piece is left.
 */
const maxPiece = 64 * 1024;
const long = 2 * maxPiece;

/** A body in parts. Each is an HTTP chunk of its own. */
export class NodeSink implements Sink {
  readonly response = alreadySent;
  readonly #exchange: Exchange;
  readonly #timeout: IdleTimeoutSuspension;
  /** Undefined once the headers are sent, with the first chunk. */
  #headers: ResponseHeaders | undefined;
  /** Whether the chunk headers are written here, not by Node. */
  #chunked = false;
  /** Undefined once no more events are to follow. */
  #listener: SinkListener | undefined;
  /** The rest of a long text, and what was written after it. */
  #rest = "";
  /** Whether Node's response was ended. */
  #hasEnd = false;
  readonly #drained: () => void;
  readonly #gone: () => void;
  readonly #drainThreshold: number;
  /** Nothing more may be written: Node would emit an error for it. */
  #ended = false;

  constructor(headers: ResponseHeaders, exchange: Exchange, listener: SinkListener) {
    this.#exchange = exchange;
    this.#headers = headers;
    this.#listener = listener;
    this.#drainThreshold = listener.drainThreshold;
    const { req, res } = exchange;
    this.#timeout = new IdleTimeoutSuspension(req, res);
    // An unread body of the request would hide the end of the connection.
    req.resume();
    this.#drained = () => {
      if (this.#rest !== "" && res.writableLength < maxPiece) this.#writeNext();
      this.#listener?.drained();
    };
    res.on("drain", this.#drained);
    this.#gone = () => {
      this.#ended = this.#hasEnd = true;
      this.#rest = "";
      this.#timeout.end();
      this.#takeListener()?.broken();
    };
    onResponseGone(req, res, this.#gone);
    // The client may have left while this receiver waited for the previous one.
    if (exchange.isGone) queueMicrotask(this.#gone);
  }

  get bufferedAmount(): number {
    return this.#exchange.res.writableLength + this.#rest.length;
  }

  /** @throws If the response cannot begin. */
  write(text: string): number {
    const bytes = Buffer.byteLength(text);
    if (this.#ended) return bytes;
    this.#sendHead();
    const data = this.#chunked ? chunkOf(text, bytes) : text;
    const isFree = this.#rest === "";
    if (isFree && bytes <= long) this.#write(data, bytes);
    else {
      this.#rest += data;
      if (isFree) this.#writeNext();
    }
    return bytes;
  }

  #write(data: string, bytes: number): void {
    const { res } = this.#exchange;
    try {
      // Node emits `drain` only above its own threshold, which may be higher.
      const isCongested = res.writableLength + bytes > this.#drainThreshold;
      res.write(data, isCongested ? this.#drained : undefined);
    } catch (error) {
      this.#fail(error);
    }
  }

  #writeNext(): void {
    const rest = this.#rest;
    let end = Math.min(maxPiece, rest.length);
    if (isFirstHalf(rest.charCodeAt(end - 1))) end++;
    this.#rest = rest.slice(end);
    // With a callback for each piece.
    this.#write(rest.slice(0, end), Infinity);
    if (this.#ended) this.#endAfterAll();
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#endAfterAll();
  }

  #endAfterAll(): void {
    if (this.#rest !== "" || this.#hasEnd) return;
    this.#hasEnd = true;
    this.#timeout.end();
    try {
      this.#sendHead();
      const last = this.#chunked ? lastChunk : undefined;
      this.#exchange.res.end(last, () => this.#takeListener()?.ended());
    } catch (error) {
      this.#fail(error);
    }
  }

  finish(text: string): void {
    this.#listener = undefined;
    if (this.#ended) return;
    this.#ended = true;
    this.#timeout.end();
    try {
      if (this.#headers !== undefined) {
        this.#exchange.sendPlain(new PlainResponse(200, this.#headers, text));
      } else if (!this.#chunked) this.#exchange.res.end(text);
      else this.#exchange.res.end(chunkOf(text, Buffer.byteLength(text)) + lastChunk);
    } catch (error) {
      this.#fail(error);
    }
  }

  abort(): void {
    this.#listener = undefined;
    this.#ended = this.#hasEnd = true;
    this.#rest = "";
    this.#exchange.cutOff();
  }

  /** Writing has thrown, as other code has replaced Node's methods. */
  #fail(error: unknown): void {
    this.#ended = this.#hasEnd = true;
    this.#rest = "";
    this.#exchange.failed(error);
    // Later, as the caller is still writing.
    queueMicrotask(this.#gone);
  }

  #sendHead(): void {
    const headers = this.#headers;
    if (headers === undefined) return;
    const { res } = this.#exchange;
    writeHead(res, 200, headers);
    this.#headers = undefined;
    this.#chunked = takeOverChunks(res);
  }

  #takeListener(): SinkListener | undefined {
    const listener = this.#listener;
    this.#listener = undefined;
    return listener;
  }
}

/** Whether a code unit is the first of a surrogate pair. */
function isFirstHalf(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

/** A chunk of HTTP/1.1 with its chunk header. A chunk without bytes would end the body. */
export function chunkOf(text: string, bytes: number): string {
  if (bytes === 0) return "";
  return bytes.toString(16) + "\r\n" + text + "\r\n";
}
