/**
 * Presents a Node request's headers as Web `Headers`.
 *
 * @module
 */

import { maxHeadersOf, passAs, replaceHeaders } from "./internals.ts";
import type { IncomingMessage } from "./types.ts";

/** A `Headers`. For all but `get` and `has`, it makes a real one, which takes long. */
class LazyHeaders {
  readonly #incoming: IncomingMessage;
  #real: Headers | undefined;

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming;
  }

  get(name: string): string | null {
    if (this.#real !== undefined) return this.#real.get(name);
    const { headers } = this.#incoming;
    const key = name.toLowerCase();
    // In HTTP/2 the host has another name.
    const value = key === "host" ? headers[key] ?? headers[":authority"] : own(headers, key);
    if (value === undefined) return null;
    if (typeof value === "string") return value;
    // Other code may have put anything into Node's headers.
    return Array.isArray(value) ? value.join(", ") : null;
  }

  /** For `console.log` on Node. */
  [Symbol.for("nodejs.util.inspect.custom")](): Headers {
    return this.real;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  get real(): Headers {
    if (this.#real === undefined) {
      const headers = new Headers();
      const { rawHeaders } = this.#incoming;
      for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
        const name = rawHeaders[i]!;
        if (name === ":authority") headers.set("host", rawHeaders[i + 1]!);
        else if (name[0] !== ":") headers.append(name, rawHeaders[i + 1]!);
      }
      this.#real = headers;
    }
    return this.#real;
  }
}

/** Node's headers are an ordinary object, which inherits `constructor`. */
function own<Value>(object: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

const delegated = [
  "append",
  "delete",
  "entries",
  "forEach",
  "getSetCookie",
  "keys",
  "set",
  "values",
  Symbol.iterator,
] as const;
for (const name of delegated) {
  Object.defineProperty(LazyHeaders.prototype, name, {
    value(this: LazyHeaders, ...args: never[]): unknown {
      const { real } = this;
      return (real[name] as (...args: never[]) => unknown).apply(real, args);
    },
  });
}
passAs(LazyHeaders, Headers);

/** Makes the headers of a request. */
export function lazyHeaders(incoming: IncomingMessage): Headers {
  return new LazyHeaders(incoming) as unknown as Headers;
}

/**
 * Whether Node has certainly dropped none of a request's headers.
 *
 * @param most The most that it keeps; 0 for all.
 */
export function hasAllHeaders(
  { rawHeaders, socket }: IncomingMessage,
  most: number = maxHeadersOf(socket),
): boolean {
  return most === 0 || rawHeaders.length < 2 * most;
}

/** A head with no more characters in names and values than this is kept. */
const maxKept = 2048;

/** Replaces long headers by short ones, as Node keeps them until the response has ended. */
export function forgetHead(
  incoming: IncomingMessage,
  headers: Readonly<Record<string, string>>,
): void {
  let length = 0;
  for (const text of incoming.rawHeaders) length += text.length;
  if (length > maxKept) replaceHeaders(incoming, headers);
}
