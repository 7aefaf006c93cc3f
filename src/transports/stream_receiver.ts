/**
 * The receiver of the streaming transports.
 *
 * @module
 */

import { guarded } from "../guard.ts";
import type { Fields } from "../http/headers.ts";
import type { Frame } from "../message.ts";
import type { Sink, SinkListener } from "../runtime.ts";
import type { Call } from "../service.ts";
import type { Leaving, Sessions } from "../sessions.ts";
import type { Session } from "../session.ts";
import type { Pulse, Receiver } from "../session_parties.ts";
import type { Framing } from "./transport.ts";
import { openSink } from "./web_sink.ts";

/** Takes frames until they are `responseLimit` bytes, or `responseTimeLimit` is over. */
export class StreamReceiver implements Receiver, SinkListener, Leaving {
  readonly #framing: Framing;
  readonly #session: Session;
  readonly #sessions: Sessions;
  readonly #sink: Sink;
  /** Bytes until the response has to end. */
  #left: number;
  /** When it has to end, with whatever frame is next. There is always a heartbeat. */
  readonly #end: number;

  constructor(framing: Framing, prelude: string, call: Call, fields: Fields, session: Session) {
    this.#framing = framing;
    this.#session = session;
    this.#sessions = call.service.sessions;
    const { responseLimit, responseTimeLimit } = call.service.settings;
    this.#left = responseLimit;
    this.#end = performance.now() + responseTimeLimit;
    this.#sink = openSink(call, fields, this);
    this.#sink.write(prelude);
  }

  get congestion(): number {
    return this.#sessions.congestion;
  }

  get bufferedAmount(): number {
    return this.#sink.bufferedAmount;
  }

  get bufferedAtMost(): number {
    return this.#sink.bufferedAmount;
  }

  /** V8 collects larger strings late: with 256 KiB, 16 MiB in an htmlfile stream were 46 MB, not 33. */
  get frameSize(): number {
    return 64 * 1024;
  }

  send(frame: Frame): boolean {
    this.#left -= this.#sink.write(frame.in(this.#framing.frame));
    if (this.#left > 0 && performance.now() < this.#end) return true;
    this.#sink.end();
    return false;
  }

  end(): void {
    this.#sessions.leaving.add(this);
    this.#sink.end();
  }

  cut(): void {
    this.#sink.abort();
    this.#sessions.left(this);
  }

  abort(): void {
    this.#sink.abort();
  }

  beat(): Pulse {
    return "frame";
  }

  pause(): void {
    // Messages come by requests of their own.
  }

  resume(): void {
    // See above.
  }

  drained(): void {
    guarded(this.#session, this.#session.flush, undefined);
  }

  ended(): void {
    guarded(this.#session, this.#session.detach, this);
    this.#sessions.left(this);
  }

  broken(): void {
    guarded(this.#session, this.#session.interrupt, this);
    this.#sessions.left(this);
  }

  failed(error: unknown): void {
    this.#session.failed(error);
    this.abort();
  }

  /** The answer, which has begun already. */
  respond(_call: Call, _fields: Fields): Response {
    return this.#sink.response;
  }
}
