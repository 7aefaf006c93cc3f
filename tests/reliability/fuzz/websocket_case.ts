/**
 * A websocket from a valid handshake to its end, with random frames.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { BrokenOff } from "../../support/byte_reader.ts";
import { concatenate, fromLatin1, latin1 } from "../../support/bytes.ts";
import { textFrame } from "../../support/frame_bytes.ts";
import { RawWebSocket } from "../../support/raw_websocket.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import { type Case, settlesSoon } from "./case.ts";
import { type Client, ended } from "./client.ts";
import { drawFrames, type Frames } from "./frame_sequences.ts";
import { mutate } from "./mutations.ts";
import { prefixes } from "./services.ts";

/** Sent last: what comes back behind all else. */
const probe = "the probe";

/** Services that do not echo everything, or not for long. */
const others = [
  prefixes.brief,
  prefixes.narrow,
  prefixes.judged,
  prefixes.closing,
  prefixes.throwing,
];

/** What is to happen. */
interface Plan {
  readonly path: string;
  readonly isRaw: boolean;
  /** What is sent, each in a packet of its own. */
  readonly pieces: readonly Uint8Array[];
  readonly messages: readonly string[];
  readonly outcome: Frames["outcome"];
  /** Whether it goes away at once. */
  readonly leaves: boolean;
}

/** Draws a websocket. */
export function drawWebSocketCase(random: SeededRandom, id: string): Case {
  const prefix = random.chance(0.8) ? prefixes.echo : random.pick(others);
  const isRaw = random.chance(0.3);
  const path = isRaw ? `${prefix}/websocket` : `${prefix}/000/${id}/websocket`;
  const frames = random.several(random.pick([1, 2, 3, 6, 12]), () => drawFrames(random, isRaw));
  const end = frames.findIndex(({ outcome }) => outcome !== "echoes");
  const certain = end < 0 ? frames : frames.slice(0, end);
  let bytes = concatenate(frames.map(({ bytes }) => bytes));
  let outcome = frames[end]?.outcome ?? "echoes";
  if (prefix !== prefixes.echo || random.chance(0.25)) outcome = "anything";
  const isMutated = outcome === "anything" && random.chance(0.5);
  if (isMutated) bytes = fromLatin1(mutate(random, latin1(bytes), latin1(textFrame(probe))));
  const cut = random.chance(0.3) ? random.below(bytes.length) : bytes.length;
  const plan = {
    path,
    isRaw,
    pieces: [bytes.slice(0, cut), bytes.slice(cut)].filter(({ length }) => length > 0),
    messages: isMutated ? [] : certain.flatMap(({ messages }) => messages),
    outcome,
    leaves: random.chance(0.1),
  };
  const shows = [path, ...plan.pieces.map(latin1), `${outcome}${plan.leaves ? ", leaves" : ""}`];
  return { shows, run: (client) => talk(client, plan) };
}

async function talk(client: Client, plan: Plan): Promise<void> {
  using connection = await client.connect();
  const socket = await RawWebSocket.open(connection, plan.path);
  for (const piece of plan.pieces) await connection.write(piece).catch(ended);
  if (plan.leaves) return;
  await connection.write(textFrame(JSON.stringify(probe))).catch(ended);
  const receiving = receiveAll(socket, plan.isRaw);
  if (plan.outcome !== "echoes" && !await settlesSoon(receiving)) {
    // For what it waits, it shall see that this will never come.
    socket.answersPings = false;
    await connection.finish().catch(ended);
  }
  const { messages, isOver } = await receiving;
  if (plan.outcome === "anything") return;
  assertEquals(isOver, plan.outcome === "ends", "whether the server has ended it");
  const expected = isOver ? plan.messages.slice(0, messages.length) : plan.messages;
  assertEquals(messages, expected);
}

/** Listens until the probe is back, or the connection over. */
async function receiveAll(socket: RawWebSocket, isRaw: boolean) {
  const messages: string[] = [];
  while (true) {
    const event = await socket.next().catch(over);
    if (event === undefined || event.type === "close") return { messages, isOver: true };
    if (event.type === "text") messages.push(...messagesOf(event.text, isRaw));
    if (messages.at(-1) !== probe) continue;
    messages.pop();
    return { messages, isOver: false };
  }
}

function messagesOf(text: string, isRaw: boolean): string[] {
  if (isRaw) return [text === JSON.stringify(probe) ? probe : text];
  assert(/^[oh]$|^[ac]\[.*\]$/.test(text), `no frame: ${text}`);
  return text.startsWith("a") ? JSON.parse(text.slice(1)) : [];
}

function over(error: unknown): undefined {
  if (!(error instanceof BrokenOff)) ended(error);
}
