/**
 * What the server needs of the runtime that it runs on, as types of our own:
 * `runtimes/` has an implementation for each.
 *
 * @module
 */

/** One end of a connection. */
export interface Address {
  /** IP address, or the name that the runtime gives. */
  readonly address: string;
  readonly port: number;
}

/** The two ends of a connection, as far as the runtime tells. */
export interface Ends {
  readonly remote?: Address | undefined;
  readonly local?: Address | undefined;
}

/** An open websocket, whatever the runtime makes of it. */
export interface Socket {
  /** Bytes that were sent and have not left yet. */
  readonly bufferedAmount: number;
  /** Sends one text message; does nothing once the socket is closing. */
  send(text: string): void;
  /** Begins the closing handshake; code and reason are valid in a close frame. */
  close(code: number, reason: string): void;
  /** Cuts the connection off, where the runtime can; else closes it. */
  terminate(code: number, reason: string): void;
}

/** Whoever is told what happens on a websocket. */
export interface SocketListener {
  /** Once, before all others. */
  opened(socket: Socket): void;
  /** A whole message; `undefined` stands for a binary one. */
  message(text: string | undefined): void;
  /** After congestion: `bufferedAmount` has gone down. */
  drained(): void;
  /** Once, after all others: 1005 without a code from the peer, 1006 without a close frame. */
  closed(code: number, reason: string): void;
}

/** The seam between the server and the runtime. */
export interface Runtime {
  /**
   * Turns a request into a websocket. Gives the response to return, or
   * `undefined` when that request cannot be upgraded; `complain` when that is
   * for something that the application should have written otherwise. Absent
   * where the runtime has no websockets.
   */
  readonly upgrade?: (
    request: Request,
    info: unknown,
    listener: SocketListener,
    complain: (message: string) => void,
  ) => Response | undefined;
  /** The two ends of the request's connection. */
  ends(request: Request, info: unknown): Ends;
  /** Keeps the request's connection open through a silence of so many milliseconds. */
  expectSilence(request: Request, info: unknown, ms: number): void;
  /** Takes back what `expectSilence` did, before the answer ends. */
  expectTraffic(request: Request, info: unknown): void;
}

/** What we use of a Bun websocket. */
export interface ServerWebSocket {
  /** What was given to `upgrade`. */
  readonly data: unknown;
  /** Sends a message. */
  send(message: string | Uint8Array): number;
  /** Begins the closing handshake. */
  close(code?: number, reason?: string): void;
  /** Cuts the connection off. */
  terminate(): void;
  /** Bytes sent that have not left yet. */
  getBufferedAmount(): number;
}

/** What `Bun.serve` takes under `websocket`. */
export interface WebSocketHandlers {
  /** A socket opened. */
  open(socket: ServerWebSocket): void;
  /** A whole message arrived. */
  message(socket: ServerWebSocket, message: string | Uint8Array): void;
  /** A congested socket takes more. */
  drain(socket: ServerWebSocket): void;
  /** A socket closed. */
  close(socket: ServerWebSocket, code: number, reason: string): void;
}
