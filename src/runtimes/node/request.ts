/**
 * A request of Node's as a Web-standard one.
 *
 * @module
 */

import { bodyOf, readText } from "./body.ts";
import { lazyHeaders } from "./headers.ts";
import type { NodeInfo } from "./info.ts";
import type { IncomingMessage, ServerResponse } from "./types.ts";

/** The same in all copies of this library. */
const messages: unique symbol = Symbol.for("sockjs-web.messages") as never;

/**
 * A `Request`. Like its headers, a real one is made only when somebody wants more
 * of it than the server does.
 */
class LazyRequest {
  readonly #info: NodeInfo;
  readonly #incoming: IncomingMessage;
  #url: string | undefined;
  #headers: Headers | undefined;
  #body: ReadableStream<Uint8Array> | null | undefined;
  #bodyUsed = false;
  #real: Request | undefined;

  constructor(info: NodeInfo) {
    this.#info = info;
    this.#incoming = info.req;
  }

  get [messages](): NodeInfo {
    return this.#info;
  }

  get method(): string {
    return this.#incoming.method ?? "GET";
  }

  get url(): string {
    return (this.#url ??= urlOf(this.#incoming));
  }

  get headers(): Headers {
    return (this.#headers ??= lazyHeaders(this.#incoming));
  }

  get body(): ReadableStream<Uint8Array> | null {
    if (this.#real !== undefined) return this.#real.body;
    if (this.method === "GET" || this.method === "HEAD") return null;
    return (this.#body ??= bodyOf(this.#incoming));
  }

  get bodyUsed(): boolean {
    return this.#bodyUsed || (this.#real?.bodyUsed ?? this.#body?.locked ?? false);
  }

  text(): Promise<string> {
    // Somebody has begun to read it otherwise.
    if (this.#real !== undefined || this.#body != undefined) return this.real.text();
    if (this.#bodyUsed) return Promise.reject(new TypeError("Cannot read the body: it was read"));
    this.#bodyUsed = true;
    return readText(this.#incoming);
  }

  get real(): Request {
    if (this.#real === undefined) {
      const { method, url, headers, body } = this;
      // `duplex` is not among the types of all runtimes.
      const init = { method, headers: [...headers], body, duplex: "half" };
      this.#real = new Request(url, init as RequestInit);
    }
    return this.#real;
  }
}

const delegatedMethods = ["arrayBuffer", "blob", "bytes", "clone", "formData", "json"] as const;
for (const name of delegatedMethods) {
  Object.defineProperty(LazyRequest.prototype, name, {
    value(this: LazyRequest): unknown {
      return this.real[name]();
    },
  });
}
const delegatedProperties = [
  "cache",
  "credentials",
  "destination",
  "integrity",
  "keepalive",
  "mode",
  "redirect",
  "referrer",
  "referrerPolicy",
  "signal",
] as const;
for (const name of delegatedProperties) {
  Object.defineProperty(LazyRequest.prototype, name, {
    get(this: LazyRequest): unknown {
      return this.real[name];
    },
  });
}
Object.setPrototypeOf(LazyRequest.prototype, Request.prototype);

/** A request as the server takes it. */
export function lazyRequest(info: NodeInfo): Request {
  return new LazyRequest(info) as unknown as Request;
}

/** Node's own objects, of a request that was made of them. */
export function nodeMessages(
  request: Request,
): { req: IncomingMessage; res: ServerResponse } | undefined {
  const info = (request as { [messages]?: NodeInfo })[messages];
  return info && { req: info.req, res: info.answer };
}

/** With a path alone, where the client names no host that could stand in a URL. */
function urlOf({ url = "/", headers, socket }: IncomingMessage): string {
  // A request to a proxy names all of it.
  if (url[0] !== "/") return url;
  const host = headers["host"] ?? headers[":authority"];
  if (typeof host !== "string" || !isHost(host)) return url;
  return `${socket.encrypted === true ? "https" : "http"}://${host}${url}`;
}

let lastHost = "";

/** A host with a slash or a question mark in it would say where the path begins. */
function isHost(host: string): boolean {
  if (host === lastHost) return true;
  if (!/^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?$/.test(host)) return false;
  lastHost = host;
  return true;
}
