/**
 * The receiver of the polling transports.
 *
 * @module
 */

import type { Leaving } from "../../session/closing_connections.ts";
import { guarded } from "../../event_loop/guard.ts";
import { Answer } from "../../http/plain_response.ts";
import type { Fields } from "../../http/headers.ts";
import type { Frame } from "../../protocol/message.ts";
import type { Reply } from "../../routing/route.ts";
import type { Sink, SinkListener } from "../../runtimes/runtime.ts";
import type { Call } from "../../routing/call.ts";
import type { Session } from "../../session/session.ts";
import type { Pulse, Receiver } from "../../session/receiver.ts";
import type { Sessions } from "../../session/session_store.ts";
import type { Framing } from "../transport.ts";
import { openSink } from "./web_sink.ts";

/**
 * Takes one frame, which is the whole answer: at once when the session has one
 * ready, which is most of the time, and else when it comes.
 */
export class PollReceiver implements Receiver, SinkListener, Leaving {
  readonly #framing: Framing;
  readonly #session: Session;
  readonly #sessions: Sessions;
  /** Bytes of a long answer, as long as it is on its way. */
  holding = 0;
  /** Its session may live on. */
  readonly isOver = false;
  #ready: string | undefined;
  #sink: Sink | undefined;
  /** Answers a request that waits without a sink. */
  #answer: ((text: string | undefined) => void) | undefined;

  constructor(framing: Framing, session: Session, sessions: Sessions) {
    this.#framing = framing;
    this.#session = session;
    this.#sessions = sessions;
  }

  get bufferedAmount(): number {
    return this.#sink?.bufferedAmount ?? 0;
  }

  get bufferedAtMost(): number {
    return this.bufferedAmount;
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
    const isLong = this.#isLong(text);
    if (isLong) this.#session.detachEarly(this);
    if (this.#answer !== undefined) this.#answer(text);
    else if (this.#sink === undefined) this.#ready = text;
    else if (isLong) this.#sendLong(text, this.#sink);
    else this.#sink.finish(text);
    if (!isLong) this.#session.detach(this);
    return false;
  }

  end(): void {
    // Its only frame has ended it.
  }

  abort(): void {
    // Only an answer that has begun can be cut off.
    this.#answer?.(undefined);
    this.#sink?.abort();
    this.#left();
  }

  cut(): void {
    this.#interrupt();
    this.abort();
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
    this.#left();
  }

  broken(): void {
    this.#interrupt();
    this.#answer?.("");
  }

  failed(error: unknown): void {
    this.#session.failed(error);
    this.abort();
  }

  /** The answer; a plain string where it is known, which runtimes send fastest. */
  respond(call: Call, fields: Fields): Reply | Promise<Reply> {
    if (this.#ready !== undefined) return this.#reply(this.#ready, call, fields);
    const { stream, abandoned } = call.runtime;
    // A `ReadableStream` would send the head at once, before there is anything to say.
    const mayWait = stream === undefined && abandoned !== undefined;
    return mayWait ? this.#wait(call, fields) : this.#reply(undefined, call, fields);
  }

  /** Settles when there is a frame, or nobody waits for one any more. */
  #wait(call: Call, fields: Fields): Promise<Reply> {
    const { runtime, request, info, service } = call;
    return new Promise((resolve, reject) => {
      this.#answer = (text) => {
        this.#answer = undefined;
        try {
          runtime.expectTraffic?.(request, info);
          resolve(this.#reply(text, call, fields));
        } catch (error) {
          reject(error);
        }
      };
      runtime.expectSilence?.(request, info, service.settings.heartbeatDelay);
      runtime.abandoned?.(request, info, () => this.broken());
    });
  }

  #reply(text: string | undefined, call: Call, fields: Fields): Reply {
    if (text !== undefined && !this.#isLong(text)) return new Answer(200, fields, text);
    try {
      this.#sink = openSink(call, fields, this);
      if (text !== undefined) this.#sendLong(text, this.#sink);
      return this.#sink.response;
    } catch (error) {
      // The answer could not begin, or not go on.
      this.#interrupt();
      throw error;
    }
  }

  /** The system may not take it all at once, so it counts until its end is heard of. */
  #isLong(text: string): boolean {
    return text.length > this.#sessions.congestion;
  }

  #sendLong(text: string, sink: Sink): void {
    this.#ready = undefined;
    this.holding = text.length;
    this.#sessions.holdings.change(text.length);
    sink.write(text);
    // Unless it has broken by now.
    if (this.holding > 0) this.#sessions.leaving.addAnswer(this);
    sink.end();
  }

  /** What was to come, or has come in part, is lost. */
  #interrupt(): void {
    guarded(this.#session, this.#session.interrupt, this);
    this.#left();
  }

  #left(): void {
    this.#sessions.holdings.change(-this.holding);
    this.holding = 0;
    this.#sessions.left(this);
    guarded(this.#session, this.#session.arrived, this);
  }
}
