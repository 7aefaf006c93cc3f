/**
 * An application that does what its client says.
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
