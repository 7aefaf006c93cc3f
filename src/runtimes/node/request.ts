/**
 * Presents a Node request (`IncomingMessage`) as a Web `Request`.
 *
 * @module
 */

import { type BodyWatcher, readUpTo, unwatched } from "../../http/body.ts";
import { isHost, isHostOrNone } from "../../http/host.ts";
import { passAs } from "./internals.ts";
import { bodyOf, readText } from "./request_body.ts";
import { lazyHeaders } from "./request_headers.ts";
import type { IncomingMessage, ServerResponse } from "./types.ts";

/** A request of Node's and its response. */
export interface NodeMessages {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** The same in all copies of this library. */
const messages: unique symbol = Symbol.for("sockjs-web.messages") as never;

/** A `Request`. What takes time, like its headers, is made when it is first used. */
class LazyRequest {
  readonly #incoming: IncomingMessage;
  readonly #res: ServerResponse | undefined;
  #url: string | undefined;
  #headers: Headers | undefined;
  /** Whether the server has read the body as text. */
  #isRead = false;
  #content: Response | undefined;
  #defaults: Request | undefined;

  constructor(incoming: IncomingMessage, res: ServerResponse | undefined) {
    this.#incoming = incoming;
    this.#res = res;
  }

  get [messages](): NodeMessages | undefined {
    return this.#res && { req: this.#incoming, res: this.#res };
  }

  /** For `console.log` on Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): Request {
    return this.realWith(null);
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
    return this.content.body;
  }

  get bodyUsed(): boolean {
    return this.#isRead || this.#content?.bodyUsed === true;
  }

  text(): Promise<string> {
    const text = this[readUpTo](Infinity, unwatched) as Promise<string> | undefined;
    return text ?? this.content.text();
  }

  [readUpTo](limit: number, watcher: BodyWatcher): Promise<string | undefined> | undefined {
    // The body was read, or is being read in another way.
    const isBegun = this.#content !== undefined || this.#isRead;
    if (isBegun || !this.#mayHaveBody) return undefined;
    this.#isRead = true;
    return readText(this.#incoming, limit, watcher);
  }

  /** The body, as that of a `Response`: it needs no URL, and no method that the Web knows. */
  get content(): Response {
    if (this.#content === undefined) {
      const type = this.headers.get("Content-Type");
      const headers: HeadersInit = type === null ? {} : { "Content-Type": type };
      const body = this.#isRead ? "" : this.#mayHaveBody ? bodyOf(this.#incoming) : null;
      this.#content = new Response(body, { headers });
      // So that its body counts as read.
      if (this.#isRead) this.#content.text();
    }
    return this.#content;
  }

  /** For all properties that a request of Node's does not have. */
  get defaults(): Request {
    return (this.#defaults ??= new Request("http://localhost/"));
  }

  clone(): Request {
    return this.realWith(this.content.clone().body);
  }

  /** @throws {TypeError} If the Web has no such request. */
  realWith(body: ReadableStream<Uint8Array<ArrayBuffer>> | null): Request {
    const { method, url, headers } = this;
    // `duplex` is not among the types of all runtimes.
    return new Request(url, { method, headers: [...headers], body, duplex: "half" } as RequestInit);
  }

  get #mayHaveBody(): boolean {
    return this.method !== "GET" && this.method !== "HEAD";
  }
}

const readings = ["arrayBuffer", "blob", "bytes", "formData", "json"] as const;
for (const name of readings) {
  // Not all versions of Node have `bytes`.
  if (!(name in Request.prototype)) continue;
  Object.defineProperty(LazyRequest.prototype, name, {
    value(this: LazyRequest): unknown {
      return this.content[name]();
    },
  });
}
const properties = [
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
for (const name of properties) {
  Object.defineProperty(LazyRequest.prototype, name, {
    get(this: LazyRequest): unknown {
      return this.defaults[name];
    },
  });
}
passAs(LazyRequest, Request);

/** A request for the server. */
export function lazyRequest(req: IncomingMessage, res?: ServerResponse): Request {
  return new LazyRequest(req, res) as unknown as Request;
}

/** A request for other code: a real one, if the Web has such a request. */
export function realRequest(req: IncomingMessage): Request {
  try {
    const lazy = new LazyRequest(req, undefined);
    const real = lazy.realWith(lazy.content.body);
    // The Web resolves `..` and `\\` in paths, so that the path could become one of ours.
    if (real.url !== lazy.url) Object.defineProperty(real, "url", { value: lazy.url });
    return real;
  } catch {
    // It has none with TRACE, nor with a password in the URL.
    return lazyRequest(req);
  }
}

/** Node's own objects of a request that was made here. */
export function nodeMessages(request: Request): NodeMessages | undefined {
  return (request as { [messages]?: NodeMessages })[messages];
}

/** The request's target: path and query, or a whole URL, as for a proxy. HTTP/2 takes any text. */
export function targetOf({ url = "/" }: Pick<IncomingMessage, "url">): string {
  return url[0] === "/" || isUrl(url) ? url : `/${url}`;
}

/**
 * Whether it is a URL in which every parser finds the same path. In `http:///a/b`, `URL` finds
 * `/b`, which matters if an application authorises by path.
 */
function isUrl(url: string): boolean {
  const colon = url.indexOf(":");
  return url.startsWith("//", colon + 1) && url[colon + 3] !== "/" && !url.includes("\\") &&
    URL.canParse(url);
}

/** The scheme is the connection's. A host that is not valid in a URL becomes `localhost`. */
function urlOf(incoming: IncomingMessage): string {
  const target = targetOf(incoming);
  if (target[0] !== "/") return target;
  const { headers, socket } = incoming;
  const given = headers["host"] ?? headers[":authority"];
  const host = typeof given === "string" && isHost(given) ? given : "localhost";
  return `${socket?.encrypted === true ? "https" : "http"}://${host}${target}`;
}

/** Whether the request names no host, or a host and nothing else. */
export function isSentToHost({ headers }: Pick<IncomingMessage, "headers">): boolean {
  const host = headers[":authority"] ?? headers["host"];
  return typeof host !== "object" && isHostOrNone(host);
}
