/**
 * The interface of what schedules run against: the reference model and the real sessions.
 *
 * @module
 */

import type { Slot, Step } from "./session_schedule.ts";

/** All that was observed, in the order of appearance. */
export interface Transcripts {
  /** Frames and the end of each receiving request or websocket. */
  readonly receivers: readonly (readonly string[])[];
  /** Events of each connection. */
  readonly connections: readonly (readonly string[])[];
  /** What `write` gave, and the responses to sends. */
  readonly results: readonly string[];
}

/** Transcripts without entries. */
export function newTranscripts() {
  return {
    receivers: [] as string[][],
    connections: [] as string[][],
    results: [] as string[],
  };
}

/** A server, or what stands for one. */
export interface Subject {
  readonly transcripts: Transcripts;
  attach(slot: Slot, polling: boolean): void;
  /** The request breaks, or the websocket's peer closes with 1001. Nothing if it has ended. */
  abort(slot: Slot, back: number): void;
  abortAll(): void;
  /** The client reads no more, or reads again; nothing on polling. */
  stall(slot: Slot, back: number, stalled: boolean): void;
  write(slot: Slot, back: number, text: string): void;
  /** A send, or a text frame on the slot's latest websocket. */
  send(slot: Slot, messages: readonly string[]): void;
  close(slot: Slot, back: number, code: number, reason: string): void;
  /** The application takes no messages for a while, or takes them again. */
  pause(slot: Slot, back: number, paused: boolean): void;
  /** The server closes, a few ms later than all else happens. */
  shutDown(spread: number, timeout: number): void;
  /** Time passes without any action. */
  pass(ms: number): void;
  /** All that needs no time happens. */
  settle(): void | Promise<void>;
  /** State and buffered bytes of each connection, and whether the server is closed. */
  states(): readonly string[];
  /** How many sessions there are, those that linger included, where that can be seen. */
  size(): number | undefined;
}

/** Milliseconds, so that what a closing server does has no time in common with anything else. */
const apart = 3;

/** Has a step happen to a subject. */
export function apply(step: Step, subject: Subject): void {
  switch (step.does) {
    case "attach":
      return subject.attach(step.slot, step.polling);
    case "abort":
      return subject.abort(step.slot, step.back);
    case "stall":
    case "unstall":
      return subject.stall(step.slot, step.back, step.does === "stall");
    case "write":
      return subject.write(step.slot, step.back, step.text);
    case "send":
      return subject.send(step.slot, step.messages);
    case "close":
      return subject.close(step.slot, step.back, step.code, step.reason);
    case "pause":
    case "resume":
      return subject.pause(step.slot, step.back, step.does === "pause");
    case "shutDown":
      subject.pass(apart);
      return subject.shutDown(step.spread, step.timeout);
    case "pass":
      return subject.pass(step.ms);
  }
}

/** What is kept for each slot, latest last. */
export class BySlot<Item> {
  readonly #items = new Map<Slot, Item[]>();

  add(slot: Slot, item: Item): void {
    const items = this.#items.get(slot);
    if (items === undefined) this.#items.set(slot, [item]);
    else items.push(item);
  }

  get(slot: Slot, back: number): Item | undefined {
    return this.#items.get(slot)?.at(-1 - back);
  }

  *all(): Iterable<Item> {
    for (const items of this.#items.values()) yield* items;
  }
}

/** How a `close` event appears in transcripts; the protocol gives no reason for 1006. */
export function closing(code: number, reason: string, wasClean: boolean): string {
  const shown = code === 1006 ? "" : ` ${reason}`;
  return `closed ${code}${shown}, ${wasClean ? "clean" : "not clean"}`;
}
