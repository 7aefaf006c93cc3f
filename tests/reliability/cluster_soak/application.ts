/**
 * The application of a member: it welcomes each connection, gives back what it receives, sends
 * messages of its own, and notes what each connection has received.
 *
 * @module
 */

import type { Connection, createServer } from "../../../mod.ts";
import {
  bye,
  close,
  messageOf,
  numberOf,
  pushed,
  randomGap,
  randomLength,
} from "../soak/messages.ts";
import { Sequence } from "../soak/sequence.ts";
import type { Ended } from "../soak/service.ts";

/** The servers' settings; the times are ms. Streams end often, and go on at another member. */
export const options = {
  prefix: "/soak",
  responseLimit: 16_384,
  heartbeatDelay: 1000,
  heartbeatTimeout: 10_000,
  disconnectDelay: 5000,
} as const satisfies Parameters<typeof createServer>[0];

/** What the first message of a connection begins with; its name follows. */
export const welcome = "welcome ";

/** How often the application pauses at a message, and for how many ms at most. */
const pausing = { chance: 0.01, longest: 500 };

/** A connection that is over. Its `id` is the name that it was welcomed by. */
export interface EndedConnection extends Ended {
  /** Messages that its client has sent to another connection. */
  foreign: number;
  /** Receiving requests of former visits of its id: each may have taken messages. */
  strangers: number;
  /** Messages that are not as they were sent. */
  altered: number;
}

/** What a member reports to the driver. */
export interface Counts {
  /** The name of its server on the bus. */
  server: string;
  /** Those in the server's own list. */
  connections: number;
  /** Those without `close`. */
  open: number;
  /** Closed connections that are still in memory after garbage collection. */
  held: number;
  /** Timers that have yet to fire. */
  timers: number;
  /** Payloads that it has published, but for those to itself. */
  published: number;
  /** Bytes of JavaScript. */
  heap: number;
  /** How long the process did nothing, at most, since it was last asked; in ms. */
  stall: number;
  /** Those that were not reported before. */
  ended: EndedConnection[];
}

/** Obeys the visitors. */
export class Application {
  open = 0;
  held = 0;
  #ended: EndedConnection[] = [];
  #count = 0;
  readonly #name: string;
  readonly #collected = new FinalizationRegistry<undefined>(() => this.held--);

  /** @param name no other member ever has it */
  constructor(name: string) {
    this.#name = name;
  }

  /** Those that ended since the last call. */
  takeEnded(): EndedConnection[] {
    return this.#ended.splice(0);
  }

  /** Serves a connection. */
  serve = (connection: Connection): void => {
    this.open++;
    this.held++;
    this.#collected.register(connection, undefined);
    const id = `${this.#name}/${++this.#count}`;
    const received = new Sequence();
    const visitor = Number(connection.headers["user-agent"]);
    let foreign = 0;
    let strangers = 0;
    let altered = 0;
    let pushes = 0;
    let isOver = false;
    const timers: Partial<Record<"push" | "pause", ReturnType<typeof setTimeout>>> = {};
    const push = () => {
      connection.write(messageOf(pushed, ++pushes, randomLength(Math.random)));
      timers.push = setTimeout(push, randomGap(Math.random));
    };
    const resume = () => {
      clearTimeout(timers.pause);
      delete timers.pause;
      connection.resume();
    };
    onReceivingRequest(connection, () => {
      if (Number(connection.headers["user-agent"]) < visitor) strangers++;
    });
    connection.write(welcome + id);
    timers.push = setTimeout(push, randomGap(Math.random));
    connection.on("data", (message) => {
      const space = message.indexOf(" ");
      const text = message.slice(space + 1);
      if (message.slice(0, space) !== id) foreign++;
      else if (text === bye || text === close) {
        clearTimeout(timers.push);
        connection.write(`${bye} ${received.last} ${pushes}`);
        if (text === close) connection.close(3000, "Go away!");
      } else {
        const number = numberOf(text);
        received.take(number);
        if (!isMessage(text, number)) altered++;
        connection.write(text);
        if (isOver || Math.random() >= pausing.chance) return;
        connection.pause();
        timers.pause = setTimeout(resume, Math.random() * pausing.longest);
      }
    });
    connection.on("close", () => {
      this.open--;
      isOver = true;
      clearTimeout(timers.push);
      // What was accepted during a pause is still to come, before `end`.
      if (timers.pause !== undefined) resume();
    });
    connection.on("end", () => {
      const { last, lost, repeated, late } = received;
      this.#ended.push({ id, received: last, lost, repeated, late, foreign, strangers, altered });
    });
  };
}

/** Whether a text is the message of that number. */
function isMessage(text: string, number: number): boolean {
  const letter = text[0] ?? "";
  return text === messageOf(letter, number, text.length - `${letter}${number} `.length);
}

/** Calls back for each receiving request after the first, as adapters have it; there is no public way. */
function onReceivingRequest(connection: Connection, listener: () => void): void {
  const key = symbolsOf(connection).find(({ description }) => description === "session")!;
  const { [key]: session } = connection as unknown as Record<
    symbol,
    { onReceivingRequest: () => void }
  >;
  session!.onReceivingRequest = listener;
}

/** The symbols of an object and of what it inherits from. */
function symbolsOf(object: object): symbol[] {
  const parent = Object.getPrototypeOf(object);
  return [...Object.getOwnPropertySymbols(object), ...parent === null ? [] : symbolsOf(parent)];
}
