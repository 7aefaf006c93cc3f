/**
 * Draws random lives for the sessions of a soak.
 *
 * @module
 */

import type { Client } from "./client.ts";
import { HttpClient } from "./http_client.ts";
import { httpTransports } from "./http_transports.ts";
import type { Random } from "./messages.ts";
import { options } from "./service.ts";
import { WebSocketClient } from "./websocket_client.ts";

/**
 * How a session ends. `leaves` and `is closed` wait until all messages have arrived;
 * `FIN` and `RST` end the connection at any point; one that vanishes stops reading.
 */
export type End = "leaves" | "is closed" | "FIN" | "RST" | "vanishes";

/** What a session is to do. */
export interface Life {
  transport: string;
  /** In ms. */
  length: number;
  end: End;
}

/** The transports' names. */
export const transports = [
  "websocket",
  "websocket-raw",
  ...httpTransports.map(({ name }) => name),
];

/**
 * A life of 1 s to `longest` ms. Streams do not vanish: clients of streams send nothing,
 * so the server would not notice until its buffers are full.
 */
export function randomLife(random: Random, transport: string, longest: number): Life {
  const roll = random();
  const end = roll < 0.35
    ? "leaves"
    : roll < 0.6
    ? "is closed"
    : roll < 0.75
    ? "FIN"
    : roll < 0.9
    ? "RST"
    : httpTransports.some(({ name, streams }) => name === transport && streams)
    ? "leaves"
    : "vanishes";
  return { transport, end, length: 1000 + random() * (longest - 1000) };
}

/** The client of a session. Every other one that polls takes a break between two responses. */
export function clientOf(transport: string, id: string, port: number, random: Random): Client {
  const base = `${options.prefix}/000/${id}`;
  if (transport === "websocket") return new WebSocketClient(port, `${base}/websocket`, false);
  if (transport === "websocket-raw") {
    return new WebSocketClient(port, `${options.prefix}/websocket?id=${id}`, true);
  }
  const overHttp = httpTransports.find(({ name }) => name === transport);
  if (overHttp === undefined) throw new Error(`There is no transport ${transport}`);
  const pauses = !overHttp.streams && random() < 0.5;
  return new HttpClient(overHttp, port, base, () => pauses ? sleep(random() * 1500) : undefined);
}

/** Lets ms pass. */
export function sleep(time: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, time));
}
