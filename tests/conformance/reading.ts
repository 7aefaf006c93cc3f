/**
 * Applications that read messages in different ways, and record what they read.
 *
 * @module
 */

import type { Connection } from "../../mod.ts";

/** How messages can be taken. */
export const waysToRead = [
  "listener",
  "late listener",
  "pause",
  "loop",
  "readable stream",
  "pipe",
] as const;
export type WayToRead = (typeof waysToRead)[number];

/** Where such an application is. */
export function pathOf(way: WayToRead): string {
  return `/read_by_${way.replace(" ", "_")}`;
}

/**
 * Counts empty messages, and notes after how many each other one came, and the end. The message
 * `timer` is noted by a timer that it starts. Those ways that begin late begin when a session
 * comes whose id begins with `go-`.
 */
export function countMessages(
  way: WayToRead,
  note: (connection: Connection, text: string) => void,
): (connection: Connection) => void {
  const waiting = new Set<() => void>();
  const go = () => {
    for (const begin of waiting) begin();
    waiting.clear();
  };
  return (connection) => {
    if (connection.url.includes("/go-")) return go();
    let empty = 0;
    const take = (message: string) => {
      if (message === "") empty++;
      else if (message === "timer") setTimeout(() => note(connection, message));
      else if (message === "count") connection.write(`${empty}`);
      else note(connection, `${message} after ${empty}`);
    };
    for (const event of ["end", "close"] as const) connection.on(event, () => take(event));
    switch (way) {
      case "listener":
        connection.on("data", take);
        break;
      case "late listener":
        waiting.add(() => connection.on("data", take));
        break;
      case "pause":
        connection.pause().on("data", take);
        waiting.add(() => connection.resume());
        break;
      case "pipe":
        connection.pipe({ write: take });
        break;
      case "loop":
        readAll(connection, take);
        break;
      case "readable stream":
        readAll(connection.stream().readable, take);
        break;
    }
  };
}

async function readAll(messages: AsyncIterable<string>, take: (message: string) => void) {
  for await (const message of messages) take(message);
}
