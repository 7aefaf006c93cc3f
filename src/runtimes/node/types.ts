/**
 * What we use of Node's HTTP, as types of our own: those of `@types/node` differ
 * from version to version, and none should be needed to use this library.
 *
 * @module
 */

import type { SocketEnds } from "./endpoints.ts";

/** What is cut off when nothing happens for a while. */
export interface TimedOut {
  /** ms of silence after which that is; 0 for never. */
  readonly timeout?: number | undefined;
  setTimeout(ms: number): unknown;
}

/** A TCP or TLS socket. */
export interface NodeSocket extends SocketEnds, TimedOut {
  /** Only on TLS. */
  readonly encrypted?: boolean | undefined;
  readonly destroyed: boolean;
  /** The answer that has the socket now, if there is one. */
  readonly _httpMessage?: unknown;
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
  unshift(bytes: Uint8Array): unknown;
  destroy(): unknown;
}

/** A request as Node gives it: `IncomingMessage`, or that of HTTP/2's compatibility mode. */
export interface IncomingMessage {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: readonly string[];
  readonly httpVersion: string;
  readonly destroyed: boolean;
  /** Others may have taken it away. */
  readonly socket: NodeSocket | null;
  /** Whether some of the body was taken. */
  readonly readableDidRead?: boolean | undefined;
  /** Whether the end of the body was told. */
  readonly readableEnded?: boolean | undefined;
  /** That of its strings; none where it gives bytes. */
  readonly readableEncoding?: string | null | undefined;
  on(event: string, listener: (...args: never[]) => void): unknown;
  listenerCount(event: string): number;
  read(): unknown;
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
}

/** What HTTP/2 has under an answer, in place of a connection. */
export interface Http2Stream {
  readonly destroyed: boolean;
  readonly session?: TimedOut;
  destroy(error: Error): unknown;
}

/** An answer as Node takes it: `ServerResponse`, or that of HTTP/2's compatibility mode. */
export interface ServerResponse {
  /** Null while it waits behind another on the same connection. */
  readonly socket?: unknown;
  /** Only with HTTP/2. */
  readonly stream?: Http2Stream | undefined;
  chunkedEncoding?: boolean;
  readonly headersSent: boolean;
  statusMessage?: string;
  readonly writableLength: number;
  readonly writableEnded: boolean;
  readonly writableFinished: boolean;
  getHeader(name: string): unknown;
  getHeaderNames(): string[];
  removeHeader(name: string): void;
  writeHead(status: number, headers: Readonly<Record<string, string | string[]>>): unknown;
  write(chunk: string | Uint8Array, written?: () => void): boolean;
  end(chunk?: string, finished?: () => void): unknown;
  on(event: string, listener: () => void): unknown;
  destroy(): unknown;
}
