/**
 * Answers that go straight into Node's `ServerResponse`.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import { ServerResponse } from "node:http";
import { PlainResponse } from "../../http/plain_response.ts";
import type { ResponseHeaders } from "../../http/headers.ts";
import type { Sink, SinkListener } from "../runtime.ts";
import { writeHead } from "./head.ts";
import type { NodeInfo } from "./node_info.ts";
import { onPipelinedClose } from "./pipelined_close.ts";
import { isRealNode } from "./real_node.ts";
import { IdleTimeoutSuspension } from "./idle_timeout.ts";

/** What handlers return where Node has been given the answer already. */
export const alreadySent = new Response(null);

/**
 * Sends an answer whose body is known.
 *
 * @throws Where Node, or whatever others have put in its place, does not take it.
 */
export function respond({ status, headers, body }: PlainResponse, info: NodeInfo): void {
  const { res } = info;
  // The application's function for the cookie, which has seen it, may have ended it.
  if (res.headersSent) return;
  if (body !== null) headers["Content-Length"] = String(Buffer.byteLength(body));
  else if (status !== 204 && status !== 304) headers["Content-Length"] = "0";
  try {
    writeHead(res, status, headers);
    // Of an answer to HEAD, Node sends no body.
    if (body === null) res.end();
    else res.end(body);
  } catch (error) {
    // What has begun can have no other end.
    if (res.headersSent) info.cutOff();
    throw error;
  }
}

/** Node's own, unless somebody was here before. */
const { write, end } = ServerResponse.prototype;

/** The end of a body of chunks. */
const lastChunk = "0\r\n\r\n";

/**
 * Characters of a piece of a long text, and what is long: of what Node was given in one piece, it
 * does not tell how much is left.
 */
const maxPiece = 64 * 1024;
const long = 2 * maxPiece;

/** A body that is sent bit by bit, each time as a chunk of its own. */
export class NodeSink implements Sink {
  readonly response = alreadySent;
  readonly #info: NodeInfo;
  readonly #timeout: IdleTimeoutSuspension;
  /** Until they are sent, with the first chunk. */
  #headers: ResponseHeaders | undefined;
  /**
   * Whether we write the heads of chunks, in one piece with them, which Node would do in
   * four: 9 % less time for an echo, 18 % for a broadcast.
   */
  #chunked = false;
  /** Whoever is still to be told. */
  #listener: SinkListener | undefined;
  /** What is left of a long text, and whatever came behind it. */
  #rest = "";
  #hasEnd = false;
  readonly #drained: () => void;
  readonly #gone: () => void;
  readonly #drainThreshold: number;
  /** Nothing more may be written: Node would emit an error for it. */
  #ended = false;

  constructor(headers: ResponseHeaders, info: NodeInfo, listener: SinkListener) {
    this.#info = info;
    this.#headers = headers;
    this.#listener = listener;
    this.#drainThreshold = listener.drainThreshold;
    const { req, res } = info;
    this.#timeout = new IdleTimeoutSuspension(req, res);
    // A body that nobody reads would hide the end of the connection.
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
    res.on("close", this.#gone);
    onPipelinedClose(req, res, this.#gone);
    // It may have gone while a second receiver waited for the first.
    if (info.isGone) queueMicrotask(this.#gone);
  }

  get bufferedAmount(): number {
    return this.#info.res.writableLength + this.#rest.length;
  }

  /** @throws Where the answer cannot begin. */
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
    const { res } = this.#info;
    try {
      // Node itself tells of a drain above its own mark only.
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
    // Of each piece, we want to hear.
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
      this.#info.res.end(last, () => this.#takeListener()?.ended());
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
        respond(new PlainResponse(200, this.#headers, text), this.#info);
      } else if (!this.#chunked) this.#info.res.end(text);
      else this.#info.res.end(chunkOf(text, Buffer.byteLength(text)) + lastChunk);
    } catch (error) {
      this.#fail(error);
    }
  }

  abort(): void {
    this.#listener = undefined;
    this.#ended = this.#hasEnd = true;
    this.#rest = "";
    this.#info.cutOff();
  }

  /** Others have replaced Node's own ways to write, and theirs have thrown. */
  #fail(error: unknown): void {
    this.#ended = this.#hasEnd = true;
    this.#rest = "";
    this.#info.failed(error);
    // Whoever writes must have done so before it hears of that.
    queueMicrotask(this.#gone);
  }

  #sendHead(): void {
    const headers = this.#headers;
    if (headers === undefined) return;
    const { res } = this.#info;
    writeHead(res, 200, headers);
    this.#headers = undefined;
    // Unless it is somebody's who does more with it, such as compression.
    const isPlain = isRealNode && Object.getPrototypeOf(res) === ServerResponse.prototype &&
      res.write === write && res.end === end;
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

/** Whether a code unit is the first of two that are one character. */
function isFirstHalf(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

/** A chunk of HTTP/1.1, with its head. */
function chunkOf(text: string, bytes: number): string {
  return bytes.toString(16) + "\r\n" + text + "\r\n";
}
