/**
 * The parts of Node's HTTP types that we use. They are written here because `@types/node` changes
 * between versions, and users should not need it.
 *
 * @module
 */

/** The addresses of a socket. */
export interface SocketEnds {
  /** See `isOnUnixSocket`. */
  readonly server?: unknown;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/** A connection with an idle timeout. */
export interface TimedOut {
  /** In ms; 0 for none. */
  readonly timeout?: number | undefined;
  setTimeout(ms: number): unknown;
}

/** A TCP or TLS socket. */
export interface NodeSocket extends SocketEnds, TimedOut {
  /** Only with TLS. */
  readonly encrypted?: boolean | undefined;
  readonly destroyed: boolean;
  /** See `hasUnfinishedResponse`. */
  readonly _httpMessage?: Pick<ServerResponse, "writableEnded" | "on"> | null | undefined;
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
  unshift(bytes: Uint8Array): unknown;
  setKeepAlive?(on: boolean, delay: number): unknown;
  destroy(): unknown;
}

/** `IncomingMessage`, or `Http2ServerRequest`. */
export interface IncomingMessage {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly rawHeaders: readonly string[];
  readonly httpVersion: string;
  readonly destroyed: boolean;
  /** Null if other code has detached it. */
  readonly socket: NodeSocket | null;
  /** Whether some of the body was read. */
  readonly readableDidRead?: boolean | undefined;
  /** Whether the end of the body was emitted. */
  readonly readableEnded?: boolean | undefined;
  /** The encoding of its strings; none if it delivers bytes. */
  readonly readableEncoding?: string | null | undefined;
  on(event: string, listener: (...args: never[]) => void): unknown;
  listenerCount(event: string): number;
  read(): unknown;
  pause(): unknown;
  resume(): unknown;
  destroy(): unknown;
}

/** A server of HTTP/2. */
export interface SessionEmitter {
  on(event: string, listener: () => void): unknown;
  removeListener(event: string, listener: () => void): unknown;
  listeners(event: string): unknown[];
}

/** A connection of HTTP/2. */
export interface Http2Session extends TimedOut {
  /** Whether it ends with its last stream. */
  readonly closed: boolean;
  readonly destroyed: boolean;
  /** The server that has accepted it. */
  readonly server?: SessionEmitter | undefined;
  once(event: string, listener: () => void): unknown;
  settings(settings: object, acknowledged: () => void): void;
  destroy(): void;
}

/** What a response has in HTTP/2 in place of a connection. */
export interface Http2Stream {
  readonly destroyed: boolean;
  readonly session?: Http2Session | undefined;
  destroy(error: Error): unknown;
}

/** `ServerResponse`, or `Http2ServerResponse`. */
export interface ServerResponse {
  /** See `isQueued`. */
  readonly socket?: unknown;
  /** Only with HTTP/2. */
  readonly stream?: Http2Stream | undefined;
  /** See `takeOverChunks`. */
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
