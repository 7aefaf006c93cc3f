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
}

/** Obeys the commands that a connection brings. */
export function obey(connection: Connection): void {
  connection.on("data", (message) => {
    const { write = [], close, throws }: Command = JSON.parse(message);
    for (const each of write) connection.write(each);
    if (close !== undefined) connection.close(...close);
    if (throws !== undefined) throw new Error(throws);
  });
}
