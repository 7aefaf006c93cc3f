/**
 * Serves websockets on the current runtime.
 *
 * @module
 */

import { bun, type BunGlobal, type BunServer, type BunWebSocket, hostname } from "./here.ts";
import { serve } from "./serve.ts";

/** The server's end of a websocket. */
export interface ServerSocket {
  send(text: string): unknown;
  close(code?: number, reason?: string): void;
  bufferedAmount(): number;
}

/** What a probe does at the server. */
export interface SocketProbe {
  open?(socket: ServerSocket): void;
  message?(socket: ServerSocket): void;
  /** Bun only. */
  drain?(): void;
  /** Deno only. */
  error?(): void;
  close?(code: number): void;
}

/** Upgrades all requests, on a port of the system's choice, and returns that. */
export function serveSockets(probe: SocketProbe): number {
  return bun === undefined ? onDeno(probe) : onBun(bun, probe);
}

/** Upgrades a request with whatever the runtime has for it. */
export function upgrade(request: Request, info: unknown): Response {
  if (bun === undefined) return Deno.upgradeWebSocket(request).response;
  const upgraded = (info as BunServer).upgrade(request);
  return new Response(null, { status: upgraded ? 200 : 400 });
}

function onDeno(probe: SocketProbe): number {
  return serve((request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    const ours: ServerSocket = {
      send: (text) => socket.send(text),
      close: (code, reason) => socket.close(code, reason),
      bufferedAmount: () => socket.bufferedAmount,
    };
    socket.onopen = () => probe.open?.(ours);
    socket.onmessage = () => probe.message?.(ours);
    socket.onerror = () => probe.error?.();
    socket.onclose = ({ code }) => probe.close?.(code);
    return response;
  });
}

function onBun({ serve }: BunGlobal, probe: SocketProbe): number {
  const ours = (socket: BunWebSocket): ServerSocket => ({
    send: (text) => socket.send(text),
    close: (code, reason) => socket.close(code, reason),
    bufferedAmount: () => socket.getBufferedAmount(),
  });
  return serve({
    hostname,
    port: 0,
    fetch: upgrade,
    websocket: {
      open: (socket) => probe.open?.(ours(socket)),
      message: (socket) => probe.message?.(ours(socket)),
      drain: () => probe.drain?.(),
      close: (_socket, code) => probe.close?.(code),
    },
  }).port;
}
