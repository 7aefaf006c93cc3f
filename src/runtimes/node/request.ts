/**
 * A request of Node's as a Web-standard one.
 *
 * @module
 */

import { type BodyWatcher, readUpTo, unwatched } from "../../http/body.ts";
import { isHost } from "../../http/host.ts";
import { bodyOf, readText } from "./body.ts";
import { lazyHeaders } from "./headers.ts";
import type { IncomingMessage, ServerResponse } from "./types.ts";

/** A request and its answer, as Node has them. */
export interface NodeMessages {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** The same in all copies of this library. */
const messages: unique symbol = Symbol.for("sockjs-web.messages") as never;

/**
 * A `Request`. Like its headers, a real one is made only when somebody wants more
 * of it than the server does.
 */
class LazyRequest {
  readonly #incoming: IncomingMessage;
  readonly #res: ServerResponse | undefined;
  #url: string | undefined;
  #headers: Headers | undefined;
  #body: ReadableStream<Uint8Array> | null | undefined;
  #bodyUsed = false;
  #real: Request | undefined;

  constructor(incoming: IncomingMessage, res: ServerResponse | undefined) {
    this.#incoming = incoming;
    this.#res = res;
  }

  get [messages](): NodeMessages | undefined {
    return this.#res && { req: this.#incoming, res: this.#res };
  }

  /** Node's `console.log` wants to see inside. */
  [Symbol.for("nodejs.util.inspect.custom")](): Request {
    return this.real;
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
    if (!this.#mayHaveBody) return null;
    if (this.#bodyUsed) return this.real.body;
    return (this.#body ??= bodyOf(this.#incoming));
  }

  get bodyUsed(): boolean {
    return this.#bodyUsed || (this.#real?.bodyUsed ?? this.#body?.locked ?? false);
  }

  text(): Promise<string> {
    return this[readUpTo](Infinity, unwatched) as Promise<string> | undefined ?? this.real.text();
  }

  [readUpTo](limit: number, watcher: BodyWatcher): Promise<string | undefined> | undefined {
    // Somebody has begun to read it otherwise, or has read it.
    const isBegun = this.#real !== undefined || this.#body != undefined || this.#bodyUsed;
    if (isBegun || !this.#mayHaveBody) return undefined;
    this.#bodyUsed = true;
    return readText(this.#incoming, limit, watcher);
  }

  get real(): Request {
    if (this.#real === undefined) {
      const { method, url, headers } = this;
      const body = this.#bodyUsed ? "" : this.body;
      // `duplex` is not among the types of all runtimes.
      const init = { method, headers: [...headers], body, duplex: "half" };
      this.#real = new Request(url, init as RequestInit);
      // From here on it knows that its body was read.
      if (this.#bodyUsed) this.#real.text();
    }
    return this.#real;
  }

  get #mayHaveBody(): boolean {
    return this.method !== "GET" && this.method !== "HEAD";
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
export function lazyRequest(req: IncomingMessage, res?: ServerResponse): Request {
  return new LazyRequest(req, res) as unknown as Request;
}

/** A request as others may take it: a real one, where the Web has a request for that. */
export function realRequest(req: IncomingMessage): Request {
  try {
    return new LazyRequest(req, undefined).real;
  } catch {
    // It has none for TRACE, nor for a URL with a password in it.
    return lazyRequest(req);
  }
}

/** Node's own objects, of a request that was made of them. */
export function nodeMessages(request: Request): NodeMessages | undefined {
  return (request as { [messages]?: NodeMessages })[messages];
}

/** The scheme is that of the connection; a host that could not stand in a URL is `localhost`. */
function urlOf({ url = "/", headers, socket }: IncomingMessage): string {
  // A request to a proxy names all of it.
  if (url[0] !== "/") return url.includes("://") ? url : `http://localhost/${url}`;
  const given = headers["host"] ?? headers[":authority"];
  const host = typeof given === "string" && isHost(given) ? given : "localhost";
  return `${socket?.encrypted === true ? "https" : "http"}://${host}${url}`;
}
