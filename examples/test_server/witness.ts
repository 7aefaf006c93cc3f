/**
 * Records connections on the server, and answers pages that ask about them.
 *
 * @module
 */

import { EventEmitter, once } from "node:events";
import type { SockjsServer } from "./services.ts";

/** How many events are remembered. */
const memory = 10_000;

/** How long a response waits for its event, in ms: Bun cuts those that take 10 s. */
const timeLimit = 8000;

/** Writes down how connections open and close, by the session id in their URL. */
export class Witness {
  readonly #events = new EventEmitter();
  readonly #seen = new Map<string, unknown>();

  /** Writes down every connection of a server. */
  watch(server: SockjsServer): void {
    server.on("connection", (connection) => {
      const { url, protocol } = connection;
      const session = url.split("/").at(-2) ?? "";
      this.#note(`opened ${session}`, { protocol });
      connection.on("close", ({ code, reason, wasClean }) => {
        this.#note(`closed ${session}`, { code, reason, wasClean });
      });
    });
  }

  /**
   * Answers `/witness/opened?session=<id>` and `/witness/closed?session=<id>`, to
   * pages of any origin, once that has happened; 404 says: ask again.
   */
  async respond({ pathname, searchParams }: URL): Promise<Response> {
    const headers = { "Access-Control-Allow-Origin": "*", "Cache-Control": "no-store" };
    const key = `${pathname.slice("/witness/".length)} ${searchParams.get("session")}`;
    try {
      const signal = AbortSignal.timeout(timeLimit);
      if (!this.#seen.has(key)) await once(this.#events, key, { signal });
      return Response.json(this.#seen.get(key), { headers });
    } catch {
      return new Response(null, { status: 404, headers });
    }
  }

  #note(key: string, event: unknown): void {
    this.#seen.set(key, event);
    for (const oldest of this.#seen.keys()) {
      if (this.#seen.size <= memory) break;
      this.#seen.delete(oldest);
    }
    this.#events.emit(key);
  }
}
