/**
 * The receiver of the polling transports.
 *
 * @module
 */

import { guarded } from "../guard.ts";
import { Answer } from "../http/answer.ts";
import type { Fields } from "../http/headers.ts";
import type { Frame } from "../message.ts";
import type { Reply } from "../route.ts";
import type { Sink, SinkListener } from "../runtime.ts";
import type { Call } from "../service.ts";
import type { Session } from "../session.ts";
import type { Pulse, Receiver } from "../session_parties.ts";
import type { Framing } from "./transport.ts";
import { openSink } from "./web_sink.ts";

/**
 * Takes one frame, which is the whole answer: at once when the session has one
 * ready, which is most of the time, and else when it comes.
 */
export class PollReceiver implements Receiver, SinkListener {
  readonly #framing: Framing;
  readonly #session: Session;
  #ready: string | undefined;
  #sink: Sink | undefined;

  constructor(framing: Framing, session: Session) {
    this.#framing = framing;
    this.#session = session;
  }

  get bufferedAmount(): number {
    return 0;
  }

  get bufferedAtMost(): number {
    return 0;
  }

  get congestion(): number {
    return Infinity;
  }

  /** Clients have a round trip for each. */
  get frameSize(): number {
    return 1024 * 1024;
  }

  send(frame: Frame): boolean {
    const text = frame.in(this.#framing.frame);
    if (this.#sink === undefined) this.#ready = text;
    else this.#sink.finish(text);
    this.#session.detach(this);
    return false;
  }

  end(): void {
    // Its only frame has ended it.
  }

  abort(): void {
    this.#sink?.abort();
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
    // There is nothing to follow.
  }

  ended(): void {
    // See above.
  }

  broken(): void {
    guarded(this.#session, this.#session.interrupt, this);
  }

  failed(error: unknown): void {
    this.#session.failed(error);
    this.abort();
  }

  /** The answer; a plain string where it is known, which runtimes send fastest. */
  respond(call: Call, fields: Fields): Reply {
    if (this.#ready !== undefined) return new Answer(200, fields, this.#ready);
    this.#sink = openSink(call, fields, this);
    return this.#sink.response;
  }
}
