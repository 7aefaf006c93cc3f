/**
 * A request's headers, read from Node's own when they are asked for.
 *
 * @module
 */

import { isRealNode } from "./real_node.ts";
import type { IncomingMessage } from "./types.ts";

/**
 * A `Headers`. Making a real one takes longer than all else that is done for a
 * short request, so that waits until somebody wants more than `get` and `has`.
 */
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
    // HTTP/2 has another name for the host.
    const value = key === "host" ? headers[key] ?? headers[":authority"] : own(headers, key);
    if (value === undefined) return null;
    return typeof value === "string" ? value : value.join(", ");
  }

  /** Node's `console.log` wants to see inside. */
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

/** It is an ordinary object, which has a `constructor`. */
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
Object.setPrototypeOf(LazyHeaders.prototype, Headers.prototype);

/** The headers of a request. */
export function lazyHeaders(incoming: IncomingMessage): Headers {
  return new LazyHeaders(incoming) as unknown as Headers;
}

/** Characters of names and values up to which a head may stay. */
const maxKept = 2048;

/** Puts short headers in the place of long ones, which Node keeps until the answer has ended. */
export function forgetHead(
  incoming: IncomingMessage,
  headers: Readonly<Record<string, string>>,
): void {
  // Those of HTTP/2 cannot be set.
  if (!isRealNode || !Object.hasOwn(incoming, "rawHeaders")) return;
  let length = 0;
  for (const text of incoming.rawHeaders) length += text.length;
  if (length > maxKept) Object.assign(incoming, { headers: { ...headers }, rawHeaders: [] });
}
