/**
 * A fake runtime whose websockets only record what was sent.
 *
 * @module
 */

import type { Connection } from "../../src/connection/connection.ts";
import type { Frame } from "../../src/protocol/message.ts";
import type {
  Endpoints,
  RequestRuntime,
  Socket,
  SocketListener,
} from "../../src/runtimes/runtime.ts";
import type { WebSocketHandlers } from "../../src/runtimes/bun_websockets.ts";
import { useRuntime } from "../../src/server/default_runtime.ts";
import type { Server } from "../../src/server/server.ts";

/** A websocket whose peer is the test. */
export class FakeSocket implements Socket {
  bufferedAmount = 0;
  deliversApart = false;
  readonly sent: string[] = [];
  readonly closings: { code: number; reason: string }[] = [];
  readonly listener: SocketListener;
  /** How often it was asked for a sign of life. */
  pings = 0;
  answersPings = true;
  bytesRead = 0;
  paused = false;

  constructor(listener: SocketListener) {
    this.listener = listener;
  }

  get bufferedUpperBound(): number {
    return this.bufferedAmount;
  }

  send({ text }: Frame): void {
    this.sent.push(text);
  }

  close(code: number, reason: string): void {
    this.closings.push({ code, reason });
  }

  terminate(code: number, reason: string): void {
    this.close(code, reason);
  }

  ping(): boolean {
    this.pings++;
    if (this.answersPings) this.listener.pong();
    return true;
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }
}

/** Opens every websocket at once, and notes what it is asked for. */
export class FakeRuntime implements RequestRuntime {
  readonly sockets: FakeSocket[] = [];
  readonly requests: string[] = [];
  opens = true;
  endsOfAll: Endpoints = {};

  readonly upgrade = (
    listener: SocketListener,
    warnOnce: (message: string) => void,
  ): Response | undefined => {
    if (!this.opens) {
      warnOnce("No websockets today");
      return undefined;
    }
    const socket = new FakeSocket(listener);
    this.sockets.push(socket);
    listener.opened(socket);
    return new Response("upgraded");
  };

  endpoints(): Endpoints {
    return this.endsOfAll;
  }

  suspendIdleTimeout(ms: number): void {
    this.requests.push(`silence of ${ms}`);
  }

  restoreIdleTimeout(): void {
    this.requests.push("traffic");
  }
}

const noHandlers: WebSocketHandlers = {
  open() {},
  message() {},
  pong() {},
  drain() {},
  close() {},
};

/** What servers have before a runtime is set. */
const plainHttp: RequestRuntime = { endpoints: () => ({}) };

/** Makes a server on that runtime, the same for all requests; later servers are on plain HTTP again. */
export function onRuntime<Made>(runtime: RequestRuntime, make: () => Made): Made {
  useRuntime(() => runtime, noHandlers);
  try {
    return make();
  } finally {
    useRuntime(() => plainHttp, noHandlers);
  }
}

/** A handshake as browsers make it. */
export function handshake(url: string, headers: HeadersInit = {}): Request {
  return new Request(url, {
    headers: {
      "Connection": "keep-alive, Upgrade",
      "Upgrade": "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    },
  });
}

/** Both ends of a websocket. */
export interface ConnectedSocket {
  socket: FakeSocket;
  connection: Connection;
}

/** Opens a websocket on a server that was made on that runtime. */
export async function connectSocket(
  server: Server,
  runtime: FakeRuntime,
  path = "/echo/server/session/websocket",
): Promise<ConnectedSocket> {
  const opened: Connection[] = [];
  const note = (connection: Connection) => opened.push(connection);
  server.on("connection", note);
  await server.handle(handshake(`http://host${path}`));
  server.off("connection", note);
  const [connection] = opened;
  const socket = runtime.sockets.at(-1);
  if (connection === undefined || socket === undefined) {
    throw new Error("No connection was opened");
  }
  return { socket, connection };
}
