/**
 * What the log tells of clients: refusals, and the beginnings and ends of connections.
 *
 * @module
 */

import type { CloseStatus } from "../protocol/close_codes.ts";
import { keyOf } from "../protocol/map_key.ts";
import type { Protocol } from "../protocol/transport_names.ts";
import { quoted } from "../protocol/quoted.ts";
import { type Refusal, refusals } from "./refusals.ts";

/** Writes a line; never throws. */
type Write = (severity: "info" | "debug", line: string) => void;

/** The shortest time between two lines about the same kind of refusal, ms. */
const pause = 60_000;

/** How many sends for sessions that were never here are too many for one process. */
const manyStrangers = 10;
/** How many ids of ended sessions are kept to recognise them. */
const keptIds = 1000;
/** A longer id is not kept. */
const maxIdLength = 64;

const severalProcesses = `${manyStrangers} sends were for sessions that are unknown to this ` +
  "process. After a restart this is normal. Otherwise, are there several processes without " +
  "sticky sessions?";

/** A server has one only if the option `log` is given. It needs the same memory for any number of clients. */
export class ServerLog {
  readonly #write: Write;
  /** By kind, when its last line was written, and how many there were since. */
  readonly #refused = new Map<Refusal, { readonly written: number; more: number }>();
  /** By `keyOf` their ids, the last ones, oldest first. */
  readonly #endedIds = new Set<string>();
  #strangers = 0;

  constructor(write: Write) {
    this.#write = write;
  }

  /**
   * Tells of a refusal, or counts it for the next line of its kind.
   *
   * @param detail is called only for a line. It must put the text of clients into quotes.
   */
  refused(kind: Refusal, detail?: () => string): void {
    const now = performance.now();
    const last = this.#refused.get(kind);
    if (last !== undefined && now - last.written < pause) {
      last.more++;
      return;
    }
    this.#refused.set(kind, { written: now, more: 0 });
    const about = detail === undefined ? "" : `: ${detail()}`;
    const count = last === undefined || last.more === 0
      ? ""
      : ` (and ${last.more} more since the last line)`;
    this.#write("info", `Refused with ${refusals[kind]}${about}${count}`);
  }

  /** Tells the counts for which there was no line. */
  writeCounts(): void {
    for (const [kind, last] of this.#refused) {
      if (last.more === 0) continue;
      const { more } = last;
      last.more = 0;
      this.#write("info", `Refused ${more} more with ${refusals[kind]}`);
    }
  }

  /** A send came for a session that is not here. */
  noSession(id: string): void {
    this.refused("session");
    if (id.length > maxIdLength || this.#endedIds.has(keyOf(id))) return;
    if (++this.#strangers === manyStrangers) this.#write("info", severalProcesses);
  }

  /** A session is gone. Its client may not know yet. */
  ended(id: string): void {
    if (id === "" || id.length > maxIdLength) return;
    this.#endedIds.add(keyOf(id));
    if (this.#endedIds.size <= keptIds) return;
    for (const oldest of this.#endedIds) {
      this.#endedIds.delete(oldest);
      break;
    }
  }

  /** @param id is that of the connection, not the secret one of the session. */
  opened(id: string, transport: Protocol): void {
    this.#write("debug", `Opened ${id} over ${transport}`);
  }

  /** The reason may be the client's. */
  closed(id: string, transport: Protocol, { code, reason }: CloseStatus, wasClean: boolean): void {
    const how = wasClean ? "cleanly" : "not cleanly";
    this.#write("debug", `Closed ${id} over ${transport}, ${how}: ${code} ${quoted(reason)}`);
  }
}
