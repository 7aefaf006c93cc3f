/**
 * A service that chooses the subprotocol that its client asks for, and reports it.
 *
 * @module
 */

import type { Connection } from "../../mod.ts";

/**
 * Chooses what the query says: `?choose=<name>`, of which `offered` is a list of all that are,
 * and with `&late` a turn later.
 */
export function chooseByQuery(
  offered: readonly string[],
  request: Request,
): string | undefined | Promise<string | undefined> {
  const query = new URL(request.url, "http://localhost").searchParams;
  const choose = () => choice(query.get("choose") ?? "", offered);
  return query.has("late")
    ? new Promise<void>((resolve) => setTimeout(resolve, 0)).then(choose)
    : choose();
}

function choice(name: string, offered: readonly string[]): string | undefined {
  switch (name) {
    case "none":
      return undefined;
    case "null":
      return null as never;
    case "number":
      return 1 as never;
    case "list":
      return offered as never;
    case "sneaked":
      // What it is given is its own.
      (offered as string[]).push(name);
      return name;
    case "error":
      throw new Error("thrown by subprotocols");
    case "all":
      throw new Error(`offered: ${offered.join(" ")}`);
  }
  return name;
}

/** Echoes, behind the connection's subprotocol. */
export function reportSubprotocol(connection: Connection): void {
  connection.on("data", (message) => connection.write(`${connection.subprotocol}: ${message}`));
}
