/**
 * A request of Node's as a Web-standard one.
 *
 * @module
 */

import { type BodyWatcher, readUpTo, unwatched } from "../../http/body.ts";
import { isHost } from "../../http/host.ts";
import { bodyOf, readText } from "./request_body.ts";
import { lazyHeaders } from "./request_headers.ts";
import type { IncomingMessage, ServerResponse } from "./types.ts";

/** A request and its answer, as Node has them. */
export interface NodeMessages {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
}

/** The same in all copies of this library. */
const messages: unique symbol = Symbol.for("sockjs-web.messages") as never;

/**
 * A `Request`. Like its headers, what others have ready is made only when somebody wants more
 * of it than the server does.
 */
class LazyRequest {
  readonly #incoming: IncomingMessage;
  readonly #res: ServerResponse | undefined;
  #url: string | undefined;
  #headers: Headers | undefined;
  /** The body was read as text, by us. */
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

  /** Node's `console.log` wants to see inside. */
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
    // Somebody has begun to read it otherwise, or has read it.
    const isBegun = this.#content !== undefined || this.#isRead;
    if (isBegun || !this.#mayHaveBody) return undefined;
    this.#isRead = true;
    return readText(this.#incoming, limit, watcher);
  }

  /** The body, as a response has it: that needs neither a URL nor a method that the Web knows. */
  get content(): Response {
    if (this.#content === undefined) {
      const type = this.headers.get("Content-Type");
      const headers: HeadersInit = type === null ? {} : { "Content-Type": type };
      const body = this.#isRead ? "" : this.#mayHaveBody ? bodyOf(this.#incoming) : null;
      this.#content = new Response(body, { headers });
      // From here on it knows that its body was read.
      if (this.#isRead) this.#content.text();
    }
    return this.#content;
  }

  /** What nobody has said otherwise. */
  get defaults(): Request {
    return (this.#defaults ??= new Request("http://localhost/"));
  }

  clone(): Request {
    return this.realWith(this.content.clone().body);
  }

  /** @throws {TypeError} Where the Web has no such request. */
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
Object.setPrototypeOf(LazyRequest.prototype, Request.prototype);

/** A request as the server takes it. */
export function lazyRequest(req: IncomingMessage, res?: ServerResponse): Request {
  return new LazyRequest(req, res) as unknown as Request;
}

/** A request as others may take it: a real one, where the Web has a request for that. */
export function realRequest(req: IncomingMessage): Request {
  try {
    const lazy = new LazyRequest(req, undefined);
    const real = lazy.realWith(lazy.content.body);
    // The Web resolves `..` and `\\` in paths: what was not ours could be so then.
    if (real.url !== lazy.url) Object.defineProperty(real, "url", { value: lazy.url });
    return real;
  } catch {
    // It has none for TRACE, nor for a URL with a password in it.
    return lazyRequest(req);
  }
}

/** Node's own objects, of a request that was made of them. */
export function nodeMessages(request: Request): NodeMessages | undefined {
  return (request as { [messages]?: NodeMessages })[messages];
}

/** The path and query, or all of a URL, as a request to a proxy has it; HTTP/2 takes any text. */
export function targetOf({ url = "/" }: Pick<IncomingMessage, "url">): string {
  return url[0] === "/" || isUrl(url) ? url : `/${url}`;
}

/**
 * Whether that is a URL, and its path the same for all who read it: with `http:///a/b`, an
 * application that asks `URL` who may do what would be told of `/b`.
 */
function isUrl(url: string): boolean {
  const colon = url.indexOf(":");
  return url.startsWith("//", colon + 1) && url[colon + 3] !== "/" && !url.includes("\\") &&
    URL.canParse(url);
}

/** The scheme is that of the connection; a host that could not stand in a URL is `localhost`. */
function urlOf(incoming: IncomingMessage): string {
  const target = targetOf(incoming);
  if (target[0] !== "/") return target;
  const { headers, socket } = incoming;
  const given = headers["host"] ?? headers[":authority"];
  const host = typeof given === "string" && isHost(given) ? given : "localhost";
  return `${socket?.encrypted === true ? "https" : "http"}://${host}${target}`;
}
