/**
 * A fake Node request and its response, without a socket.
 *
 * @module
 */

import { EventEmitter } from "node:events";
import { Readable } from "node:stream";
import { NodeRequestRuntime } from "../../../../src/runtimes/node/node_runtime.ts";
import type {
  Http2Session,
  Http2Stream,
  IncomingMessage,
  NodeSocket,
  ServerResponse,
} from "../../../../src/runtimes/node/types.ts";

/** A socket that notes its timeouts, and what it is given back. */
export class FakeSocket extends EventEmitter implements NodeSocket {
  remoteAddress: string | undefined = "192.0.2.1";
  remotePort: number | undefined = 1234;
  localAddress: string | undefined = "192.0.2.2";
  localPort: number | undefined = 80;
  encrypted?: boolean;
  timeout: number | undefined;
  destroyed = false;
  /** The response that has it now. */
  _httpMessage: FakeResponse | null | undefined;
  /** Bytes that were put back, as latin1. */
  putBack = "";

  setTimeout(ms: number): void {
    this.timeout = ms;
  }

  override on(event: string, listener: (...args: never[]) => void): this {
    return super.on(event, listener as () => void);
  }

  override off(event: string, listener: (...args: never[]) => void): this {
    return super.off(event, listener as () => void);
  }

  unshift(bytes: Uint8Array): void {
    this.putBack = String.fromCharCode(...bytes) + this.putBack;
  }

  destroy(): void {
    this.destroyed = true;
  }
}

/** A session of HTTP/2 that notes what happens to it. */
export class FakeSession extends EventEmitter implements Http2Session {
  timeout: number | undefined;
  closed = false;
  destroyed = false;
  /** Acknowledges the settings that were sent last. */
  acknowledge: (() => void) | undefined;

  setTimeout(ms: number): void {
    this.timeout = ms;
  }

  override once(event: string, listener: () => void): this {
    return super.once(event, listener);
  }

  settings(_settings: object, acknowledged: () => void): void {
    this.acknowledge = acknowledged;
  }

  destroy(): void {
    this.destroyed = true;
  }
}

/** What is to be in a request. */
export interface FakeRequestInit {
  method?: string;
  /** The target, as it stood in the first line. */
  url?: string;
  /** Names and values in turn, as they stood in the request. */
  fields?: readonly string[];
  socket?: FakeSocket;
}

/** A request whose body the test sends. */
export class FakeIncoming extends Readable implements IncomingMessage {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly httpVersion = "1.1";
  readonly rawHeaders: readonly string[];
  readonly headers: Record<string, string | string[] | undefined> = {};
  readonly socket: FakeSocket;
  /** Pushes that came although the stream had said to wait. */
  excess = 0;
  #wanted = false;

  constructor(
    { method = "GET", url = "/", fields = [], socket = new FakeSocket() }: FakeRequestInit = {},
  ) {
    super({ highWaterMark: 1 });
    this.method = method;
    this.url = url;
    this.rawHeaders = fields;
    this.socket = socket;
    for (let at = 0; at + 1 < fields.length; at += 2) {
      this.#addField(fields[at]!.toLowerCase(), fields[at + 1]!);
    }
  }

  /** As Node does it: cookies have a separator of their own, and some come but once. */
  #addField(name: string, value: string): void {
    const there = this.headers[name];
    if (name === "set-cookie") this.headers[name] = [there ?? [], value].flat();
    else if (there === undefined) this.headers[name] = value;
    else if (name !== "host" && name !== "user-agent") {
      this.headers[name] = `${there}${name === "cookie" ? "; " : ", "}${value}`;
    }
  }

  override _read(): void {
    this.#wanted = true;
  }

  /** A part of the body arrives. */
  arrive(part: string | Uint8Array): void {
    if (!this.#wanted) this.excess++;
    this.#wanted = false;
    this.push(typeof part === "string" ? new TextEncoder().encode(part) : part);
  }

  /** The body ends as it should. */
  finish(): void {
    this.push(null);
  }

  /** Like Node, which reports an abort only to listeners. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    callback(this.listenerCount("error") > 0 ? error : null);
  }

  /** The client goes away. */
  abort(): void {
    this.destroy(new Error("aborted"));
  }
}

/** A response that records its calls. */
export class FakeResponse extends EventEmitter implements ServerResponse {
  /** Null while it waits behind another. */
  socket: FakeSocket | null;
  headersSent = false;
  statusMessage = "";
  writableLength = 0;
  writableEnded = false;
  writableFinished = false;
  /** Those that others have set. */
  readonly set = new Map<string, unknown>();
  readonly calls: string[] = [];
  status = 0;
  fields: Readonly<Record<string, string | string[]>> = {};
  /** Only with HTTP/2. */
  stream: Http2Stream | undefined;
  #finished: (() => void) | undefined;

  constructor(socket: FakeSocket | null = new FakeSocket()) {
    super();
    this.socket = socket;
  }

  /** As Node does it: what cannot be sent is refused before anything is. */
  writeHead(status: number, fields: Readonly<Record<string, string | string[]>>): void {
    if (status < 100) throw new RangeError(`Invalid status code: ${status}`);
    for (const value of Object.values(fields).flat()) {
      if (value.includes("\x01")) throw new TypeError("Invalid character in header content");
    }
    this.calls.push(`head ${status}`);
    this.headersSent = true;
    this.status = status;
    this.fields = fields;
  }

  getHeader(name: string): unknown {
    return this.set.get(name.toLowerCase());
  }

  getHeaderNames(): string[] {
    return [...this.set.keys()];
  }

  removeHeader(name: string): void {
    if (this.headersSent) throw new Error("Cannot remove headers after they are sent");
    this.set.delete(name.toLowerCase());
  }

  /** Callbacks that wait until a chunk is sent. */
  readonly written: (() => void)[] = [];

  write(chunk: string | Uint8Array, written?: () => void): boolean {
    if (written !== undefined) this.written.push(written);
    this.calls.push(`write ${typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk)}`);
    return true;
  }

  end(chunk?: string, finished?: () => void): void {
    this.calls.push(chunk === undefined ? "end" : `end ${chunk}`);
    this.writableEnded = true;
    this.#finished = finished;
  }

  destroy(): void {
    this.calls.push("destroy");
  }

  /** All of it has left, and then it closes. */
  leave(): void {
    this.writableFinished = true;
    this.#finished?.();
    this.emit("finish");
    this.emit("close");
  }
}

/** Both, as they go through the server. */
export function exchange(init: FakeRequestInit = {}) {
  const req = new FakeIncoming(init);
  const res = new FakeResponse(req.socket);
  const runtime = new NodeRequestRuntime(req, res);
  return { req, res, socket: req.socket, runtime };
}
