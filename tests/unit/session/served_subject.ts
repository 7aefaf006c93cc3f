/**
 * A whole server without sockets, driven by requests.
 *
 * @module
 */

import type { Connection } from "../../../src/connection/connection.ts";
import { Server } from "../../../src/server/server.ts";
import type { Slot, World } from "./session_schedule.ts";
import { BySlot, closing, newTranscripts, type Subject } from "./session_subject.ts";

/** Reads an reader frame by frame, as a client would. */
class Reader {
  readonly seen: string[] = [];
  readonly #prelude: number;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;

  /** @param prelude how many lines come before the frames. */
  constructor(prelude: number) {
    this.#prelude = prelude;
  }

  async read(response: Response): Promise<void> {
    try {
      await this.#read(response);
    } catch {
      // The server has cut it off.
    }
    this.#reader = undefined;
    if (!this.#aborted) this.seen.push("ended");
  }

  async #read(response: Response): Promise<void> {
    this.#reader = response.body!.getReader();
    const decoder = new TextDecoder();
    let lines = 0;
    let rest = "";
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) break;
      const parts = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = parts.pop()!;
      for (const line of parts) if (++lines > this.#prelude) this.seen.push(line);
    }
    if (rest !== "") this.seen.push(`no line: ${rest}`);
  }

  #aborted = false;

  abort(): void {
    if (this.#reader === undefined) return;
    this.#aborted = true;
    this.#reader.cancel();
  }
}

/** Drives `Server.handle` over xhr, xhr_streaming and xhr_send. */
export class ServedSubject implements Subject {
  readonly transcripts = newTranscripts();
  readonly #world: World;
  readonly #tick: (ms: number) => void;
  readonly #server: Server;
  readonly #opened: Connection[] = [];
  readonly #openedBySlot = new BySlot<Connection>();
  readonly #readers = new BySlot<Reader>();

  /** Receiving requests that the server has not answered yet. */
  #pending = 0;
  #closed = false;

  /** @param tick lets time pass, on fake timers. */
  constructor(world: World, tick: (ms: number) => void) {
    this.#world = world;
    this.#tick = tick;
    const { heartbeatDelay, disconnectDelay, responseLimit, maxSessions } = world;
    const options = { heartbeatDelay, disconnectDelay, responseLimit };
    this.#server = new Server({ ...options, ...(maxSessions < Infinity && { maxSessions }) });
    this.#server.on("connection", (connection) => this.#listen(connection));
  }

  #listen(connection: Connection): void {
    const events = ["opened"];
    const { manner } = this.#world;
    this.transcripts.connections.push(events);
    this.#opened.push(connection);
    this.#openedBySlot.add(connection.pathname.split("/")[2] as Slot, connection);
    connection.on("data", (message) => {
      events.push(`message ${message}`);
      if (manner === "echoes") connection.write(message);
    });
    connection.on("drain", () => events.push("drain"));
    connection.on("close", ({ code, reason, wasClean }) => {
      events.push(closing(code, reason, wasClean));
    });
    if (manner === "greets") connection.write("hello");
    if (manner === "leaves") connection.close(3000, "Go away!");
  }

  #post(slot: Slot, name: string, body: string | null = null): Response | Promise<Response> {
    return this.#server.handle(
      new Request(`http://host/server/${slot}/${name}`, { method: "POST", body }),
    );
  }

  attach(slot: Slot, polling: boolean): void {
    const reader = new Reader(polling ? 0 : 1);
    this.transcripts.receivers.push(reader.seen);
    this.#readers.add(slot, reader);
    const response = this.#post(slot, polling ? "xhr" : "xhr_streaming");
    if (response instanceof Response) this.#read(reader, response);
    else this.#readLater(reader, response);
  }

  #read(reader: Reader, response: Response): void {
    if (response.status === 200) reader.read(response);
    else reader.seen.push(String(response.status));
  }

  async #readLater(reader: Reader, response: Promise<Response>): Promise<void> {
    this.#pending++;
    this.#read(reader, await response);
    this.#pending--;
  }

  abort(slot: Slot, back: number): void {
    this.#readers.get(slot, back)?.abort();
  }

  abortAll(): void {
    for (const reader of this.#readers.all()) reader.abort();
  }

  stall(): void {
    // These clients always read.
  }

  pause(): void {
    // Nor do they send enough to have to wait.
  }

  async shutDown(spread: number, timeout: number): Promise<void> {
    await this.#server.close({ spread, timeout });
    this.#closed = true;
  }

  write(slot: Slot, back: number, text: string): void {
    const connection = this.#openedBySlot.get(slot, back);
    if (connection === undefined) return;
    this.transcripts.results.push(`write ${connection.write(text)}`);
  }

  async send(slot: Slot, messages: readonly string[]): Promise<void> {
    const { status } = await this.#post(slot, "xhr_send", JSON.stringify(messages));
    this.transcripts.results.push(`send ${status}`);
  }

  close(slot: Slot, back: number, code: number, reason: string): void {
    this.#openedBySlot.get(slot, back)?.close(code, reason);
  }

  pass(ms: number): void {
    this.#tick(ms);
  }

  async settle(): Promise<void> {
    await this.#turns();
    while (this.#pending > 0) {
      this.#tick(10);
      await this.#turns();
    }
  }

  /** Turns of the event loop, until nothing new comes: each frame has a turn of its own. */
  async #turns(): Promise<void> {
    for (let quiet = 0, before = -1; quiet < 8; quiet++) {
      for (let i = 0; i < 30; i++) await undefined;
      await new Promise((resolve) => setImmediate(resolve));
      const lines = this.#lines();
      if (lines !== before) quiet = 0;
      before = lines;
    }
  }

  #lines(): number {
    const { receivers, connections, results } = this.transcripts;
    return [...receivers, ...connections, results].reduce((sum, seen) => sum + seen.length, 0);
  }

  states(): string[] {
    const connections = this.#opened.map(({ readyState, bufferedAmount }) =>
      `state ${readyState}, ${bufferedAmount} bytes, 0 senders wait`
    );
    return [...connections, `closed: ${this.#closed}`];
  }

  size(): undefined {
    return undefined;
  }
}
