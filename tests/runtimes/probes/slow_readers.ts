/**
 * Probes of what a server learns about a client that does not read.
 *
 * @module
 */

import { turn } from "../here.ts";
import { encodeRequest } from "../http_client.ts";
import { serve } from "../serve.ts";
import { type ServerSocket, serveSockets } from "../serve_sockets.ts";
import { TcpClient } from "../tcp_client.ts";
import { openSocket } from "../websocket_client.ts";

const chunkLength = 65536;
/** Backlog at which the probes stop sending, in bytes. */
const backlog = 1024 * 1024;
/** What no system buffers for a connection, in bytes. */
const tooMuch = 64 * backlog;

/** Sends a chunk each turn until that much waits; false when it never does. */
async function pileUp(send: () => void, waiting: () => number): Promise<boolean> {
  for (let sent = 0; sent < tooMuch; sent += chunkLength) {
    send();
    await turn();
    if (waiting() >= backlog) return true;
  }
  return false;
}

/** A body of which too much is enqueued, and which is read later. */
export async function unreadBody() {
  const made = Promise.withResolvers<ReadableStreamDefaultController<Uint8Array>>();
  let pulls = 0;
  const port = serve(() => {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => made.resolve(controller),
      pull: () => {
        pulls++;
      },
    }, new ByteLengthQueuingStrategy({ highWaterMark: 0 }));
    return new Response(body);
  });
  const client = await TcpClient.connect(port);
  client.pause();
  client.write(encodeRequest());
  const controller = await made.promise;
  const waiting = () => -(controller.desiredSize ?? 0);
  const piledUp = await pileUp(() => controller.enqueue(new Uint8Array(chunkLength)), waiting);
  const pullsBefore = pulls;
  client.resume();
  while (waiting() > 0 || pulls === pullsBefore) await turn();
  client.vanish();
  return { inDesiredSize: piledUp, pulledWhenRead: true };
}

/** A websocket to which too much is sent, and which is read later. */
export async function unreadSocket() {
  const opened = Promise.withResolvers<ServerSocket>();
  let drained = false;
  const client = await openSocket(serveSockets({
    open: opened.resolve,
    drain: () => {
      drained = true;
    },
  }));
  client.pause();
  const socket = await opened.promise;
  const text = "x".repeat(chunkLength);
  const inBufferedAmount = await pileUp(() => socket.send(text), () => socket.bufferedAmount());
  client.resume();
  while (socket.bufferedAmount() > 0) await turn();
  await turn();
  client.vanish();
  return { inBufferedAmount, drained };
}
