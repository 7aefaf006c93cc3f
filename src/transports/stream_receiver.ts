/**
 * The receiver of the streaming transports.
 *
 * @module
 */

import type { Fields } from "../http/headers.ts";
import type { Sink, SinkListener } from "../runtime.ts";
import type { Call } from "../service.ts";
import type { Receiver, Session } from "../session.ts";
import type { Framing } from "./transport.ts";
import { openSink } from "./web_sink.ts";

/** Takes frames until they are `responseLimit` bytes. */
export class StreamReceiver implements Receiver, SinkListener {
  readonly #framing: Framing;
  readonly #session: Session;
  readonly #sink: Sink;
  /** Bytes until the response has to end. */
  #left: number;

  constructor(framing: Framing, prelude: string, call: Call, fields: Fields, session: Session) {
    this.#framing = framing;
    this.#session = session;
    this.#left = call.service.settings.responseLimit;
    this.#sink = openSink(call, fields, this);
    this.#sink.write(prelude);
  }

  get bufferedAmount(): number {
    return this.#sink.bufferedAmount;
  }

  send(frame: string): boolean {
    this.#left -= this.#sink.write(this.#framing.frame(frame));
    if (this.#left > 0) return true;
    this.#sink.end();
    return false;
  }

  end(): void {
    this.#sink.end();
  }

  abort(): void {
    this.#sink.abort();
  }

  drained(): void {
    this.#session.flush();
  }

  ended(): void {
    this.#session.detach(this);
  }

  broken(): void {
    this.#session.interrupt(this);
  }

  /** The answer, which has begun already. */
  respond(_call: Call, _fields: Fields): Response {
    return this.#sink.response;
  }
}
