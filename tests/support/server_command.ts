/**
 * An application that runs the commands of its client.
 *
 * @module
 */

import type { Connection } from "../../mod.ts";

/** What a client may say, as JSON; done in this order. */
export interface Command {
  write?: string[];
  close?: [code?: number, reason?: string];
  throws?: string;
  /** Done by a timer, as soon as that can be. */
  later?: Command;
}

/** Events whose listener goes wrong, and how. */
export type Fault = [
  event: "data" | "message" | "drain" | "end" | "close",
  how: "throws" | "rejects",
];

/** Listens, as each message says in JSON, in a way that goes wrong; and has that happen. */
export function goWrong(connection: Connection): void {
  connection.on("data", (message) => {
    const [event, how]: Fault = JSON.parse(message);
    const text = `${event} ${how}`;
    connection.on(event, () => {
      if (how === "throws") throw new Error(text);
      return Promise.reject(new Error(text));
    });
    if (event === "drain") connection.write("x".repeat(100_000));
    if (event === "end" || event === "close") connection.close();
  });
}

/** Obeys the commands that a connection brings. */
export function obey(connection: Connection): void {
  const act = ({ write = [], close, throws, later }: Command) => {
    for (const each of write) connection.write(each);
    if (close !== undefined) connection.close(...close);
    if (throws !== undefined) throw new Error(throws);
    if (later !== undefined) setTimeout(act, 0, later);
  };
  connection.on("data", (message) => act(JSON.parse(message)));
}
