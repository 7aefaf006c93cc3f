/**
 * What we use of Node's HTTP, as types of our own: those of `@types/node` differ
 * from version to version, and none should be needed to use this library.
 *
 * @module
 */

import type { SocketEnds } from "./ends.ts";

/** A TCP or TLS socket. */
export interface NodeSocket extends SocketEnds {
  /** Only on TLS. */
  readonly encrypted?: boolean | undefined;
  /** ms of silence after which the socket is cut off; 0 for never. */
  readonly timeout?: number | undefined;
  readonly destroyed: boolean;
  readonly readableEnded: boolean;
  setTimeout(ms: number): unknown;
  on(event: string, listener: (...args: never[]) => void): unknown;
  resume(): unknown;
  end(): unknown;
  destroy(): unknown;
}

/** A request as Node gives it: `IncomingMessage`, or that of HTTP/2's compatibility mode. */
export interface IncomingMessage {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: readonly string[];
  readonly socket: NodeSocket;
  readonly complete: boolean;
  on(event: string, listener: (...args: never[]) => void): unknown;
  pause(): unknown;
  resume(): unknown;
}

/** An answer as Node takes it: `ServerResponse`, or that of HTTP/2's compatibility mode. */
export interface ServerResponse {
  /** Only with HTTP/2. */
  readonly stream?: { readonly destroyed: boolean } | undefined;
  readonly headersSent: boolean;
  readonly writableLength: number;
  readonly writableFinished: boolean;
  writeHead(status: number, fields: Readonly<Record<string, string | string[]>>): unknown;
  write(chunk: string): boolean;
  end(chunk?: string, finished?: () => void): unknown;
  on(event: string, listener: () => void): unknown;
  destroy(): unknown;
}
