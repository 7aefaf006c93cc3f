/**
 * Records the events of a server's connections, for a test to read.
 *
 * @module
 */

import type { Connection } from "../../mod.ts";
import { heap } from "./heap.ts";
import type { SockjsServer } from "../../examples/test_server/services.ts";

/** A connection that an application got. */
export interface Opened {
  service: string;
  protocol: string;
}

/** A `close` event. */
export interface Closed {
  code: number;
  reason: string;
  wasClean: boolean;
}

/** Writes down the connections of servers, by the session id in their URL. */
export class Recorder {
  readonly #servers = new Map<string, SockjsServer>();
  readonly #opened = new Notes<Opened>();
  readonly #closed = new Notes<Closed>();
  readonly #errors = new Notes<string>();
  readonly #notes = new Notes<string>();

  /** Writes down every connection of a server. */
  watch(service: string, server: SockjsServer): void {
    this.#servers.set(service, server);
    server.on("connection", (connection) => {
      const id = idOf(connection.url);
      this.#opened.add(id, { service, protocol: connection.protocol });
      connection.on("close", ({ code, reason, wasClean }) => {
        this.#closed.add(id, { code, reason, wasClean });
      });
    });
  }

  /** Writes down a server's `error` events, which are printed otherwise. */
  watchErrors(service: string): void {
    this.#servers.get(service)?.on("error", (error) => {
      const message = error instanceof Error ? error.message : String(error);
      this.#errors.add(service, message);
    });
  }

  /** Records a note of the application about a connection. */
  note(connection: Connection, text: string): void {
    this.#notes.add(idOf(connection.url), text);
  }

  /** Answers a question of a test: `/recorded/<what>?of=<whom>&count=<least>`. */
  async respond(url: URL): Promise<Response> {
    const of = url.searchParams.get("of") ?? "";
    const count = Number(url.searchParams.get("count"));
    switch (url.pathname) {
      case "/recorded/opened":
        return Response.json(await this.#opened.of(of, count));
      case "/recorded/closed":
        return Response.json(await this.#closed.of(of, count));
      case "/recorded/errors":
        return Response.json(await this.#errors.of(of, count));
      case "/recorded/notes":
        return Response.json(await this.#notes.of(of, count));
      case "/recorded/connections":
        return Response.json(this.#servers.get(of)?.connections.size);
      case "/recorded/heap":
        return Response.json(heap());
      default:
        return new Response(null, { status: 404 });
    }
  }
}

/** Notes by key. A reader waits until there are enough. */
class Notes<Note> {
  readonly #notes = new Map<string, Note[]>();
  #waiting: (() => void)[] = [];

  add(whom: string, note: Note): void {
    const notes = this.#notes.get(whom);
    if (notes === undefined) this.#notes.set(whom, [note]);
    else notes.push(note);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  async of(whom: string, count: number): Promise<Note[]> {
    while (true) {
      const notes = this.#notes.get(whom) ?? [];
      if (notes.length >= count) return notes;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

/** The session's segment; raw websockets have none and say it in the query. */
function idOf(url: string): string {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  return searchParams.get("id") ?? pathname.split("/").at(-2) ?? "";
}
