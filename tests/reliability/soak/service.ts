/**
 * The service under soak: it echoes, sends messages of its own, and counts both.
 *
 * @module
 */

import type { Connection, createServer } from "../../../mod.ts";
import { bye, close, messageOf, numberOf, pushed, randomGap, randomLength } from "./messages.ts";
import { type Faults, Sequence } from "./sequence.ts";

/** What `createServer` takes. */
type Options = NonNullable<Parameters<typeof createServer>[0]>;

/**
 * Short enough for all of it to happen many times in a session's life; the times are ms. The
 * last two are long enough for machines that stand still for seconds: clients are late then.
 */
export const options = {
  prefix: "/soak",
  responseLimit: 4096,
  heartbeatDelay: 3000,
  heartbeatTimeout: 10_000,
  disconnectDelay: 10_000,
} as const satisfies Options;

/** A connection that is over. */
export interface Ended extends Faults {
  /** Of the session, as its client named it. */
  id: string;
  /** The number of the last message. */
  received: number;
}

/** What the service reports to the driver. */
export interface Counts {
  /** Those in the server's own list. */
  connections: number;
  opened: number;
  closed: number;
  /** Closed connections that are still in memory after garbage collection. */
  held: number;
  received: number;
  pushed: number;
  /** Bytes of the whole process. */
  rss: number;
  /** Bytes of JavaScript. */
  heap: number;
  /** How long the process did nothing, at most, since it was last asked; in ms. */
  stall: number;
  /** Those that were not reported before. */
  ended: Ended[];
}

/** Obeys the driver's sessions. */
export class Service {
  readonly counts = { opened: 0, closed: 0, held: 0, received: 0, pushed: 0 };
  #ended: Ended[] = [];
  readonly #collected = new FinalizationRegistry<undefined>(() => this.counts.held--);

  /** Those that ended since the last call. */
  takeEnded(): Ended[] {
    const ended = this.#ended;
    this.#ended = [];
    return ended;
  }

  /** Serves a connection. */
  serve = (connection: Connection): void => {
    const { counts } = this;
    counts.opened++;
    counts.held++;
    this.#collected.register(connection, undefined);
    const sequence = new Sequence();
    let pushes = 0;
    let timer: ReturnType<typeof setTimeout>;
    const push = () => {
      pushes++;
      counts.pushed++;
      connection.write(messageOf(pushed, pushes, randomLength(Math.random)));
      timer = setTimeout(push, randomGap(Math.random));
    };
    timer = setTimeout(push, randomGap(Math.random));
    connection.on("data", (message) => {
      if (message === bye || message === close) {
        clearTimeout(timer);
        connection.write(`${bye} ${sequence.last} ${pushes}`);
        if (message === close) connection.close(3000, "Go away!");
        return;
      }
      counts.received++;
      sequence.take(numberOf(message));
      connection.write(message);
    });
    const id = idOf(connection.url);
    connection.on("close", () => {
      counts.closed++;
      clearTimeout(timer);
      const { last, lost, repeated, late } = sequence;
      this.#ended.push({ id, received: last, lost, repeated, late });
    });
  };
}

/** The session's segment; raw websockets have none and say it in the query. */
function idOf(url: string): string {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  return searchParams.get("id") ?? pathname.split("/").at(-2) ?? "";
}
