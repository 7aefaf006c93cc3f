/**
 * The receiver of the polling transports.
 *
 * @module
 */

import type { ClosingConnection } from "../../session/closing_connections.ts";
import { guarded } from "../../event_loop/guard.ts";
import { PlainResponse } from "../../http/plain_response.ts";
import type { ResponseHeaders } from "../../http/headers.ts";
import type { Frame } from "../../protocol/message.ts";
import type { HandlerResult } from "../../routing/route.ts";
import type { Sink, SinkListener } from "../../runtimes/runtime.ts";
import type { Call } from "../../routing/call.ts";
import type { Session } from "../../session/session.ts";
import type { HeartbeatResult, Receiver } from "../../session/receiver.ts";
import type { SessionStore } from "../../session/session_store.ts";
import type { Framing } from "../transport.ts";
import { openSink } from "./web_sink.ts";

/**
 * Takes one frame, which is the whole answer: at once when the session has one
 * ready, which is most of the time, and else when it comes.
 */
export class PollReceiver implements Receiver, SinkListener, ClosingConnection {
  readonly #framing: Framing;
  readonly #session: Session;
  readonly #sessions: SessionStore;
  /** Bytes of a long answer, as long as it is on its way. */
  heldBytes = 0;
  /** Its session may live on. */
  readonly isOver = false;
  #ready: string | undefined;
  #sink: Sink | undefined;
  /** Answers a request that waits without a sink. */
  #answer: ((text: string | undefined) => void) | undefined;

  constructor(framing: Framing, session: Session, sessions: SessionStore) {
    this.#framing = framing;
    this.#session = session;
    this.#sessions = sessions;
  }

  get bufferedAmount(): number {
    return this.#sink?.bufferedAmount ?? 0;
  }

  get bufferedUpperBound(): number {
    return this.bufferedAmount;
  }

  get drainThreshold(): number {
    return Infinity;
  }

  /** Clients have a round trip for each. */
  get frameSize(): number {
    return 1024 * 1024;
  }

  send(frame: Frame): boolean {
    const text = frame.encoded(this.#framing.encode);
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
    this.#connectionGone();
  }

  destroy(): void {
    this.#interrupt();
    this.abort();
  }

  heartbeat(): HeartbeatResult {
    return "send";
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
    this.#connectionGone();
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
  respond(call: Call, headers: ResponseHeaders): HandlerResult | Promise<HandlerResult> {
    if (this.#ready !== undefined) return this.#reply(this.#ready, call, headers);
    const { stream, onAbandoned } = call.runtime;
    // A `ReadableStream` would send the head at once, before there is anything to say.
    const mayWait = stream === undefined && onAbandoned !== undefined;
    return mayWait ? this.#wait(call, headers) : this.#reply(undefined, call, headers);
  }

  /** Settles when there is a frame, or nobody waits for one any more. */
  #wait(call: Call, headers: ResponseHeaders): Promise<HandlerResult> {
    const { runtime, service } = call;
    return new Promise((resolve, reject) => {
      this.#answer = (text) => {
        this.#answer = undefined;
        try {
          runtime.restoreIdleTimeout?.();
          resolve(this.#reply(text, call, headers));
        } catch (error) {
          reject(error);
        }
      };
      runtime.suspendIdleTimeout?.(service.settings.heartbeatDelay);
      runtime.onAbandoned?.(() => this.broken());
    });
  }

  #reply(text: string | undefined, call: Call, headers: ResponseHeaders): HandlerResult {
    if (text !== undefined && !this.#isLong(text)) return new PlainResponse(200, headers, text);
    try {
      this.#sink = openSink(call, headers, this);
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
    return text.length > this.#sessions.drainThreshold;
  }

  #sendLong(text: string, sink: Sink): void {
    this.#ready = undefined;
    this.heldBytes = text.length;
    this.#sessions.bufferBudget.change(text.length);
    sink.write(text);
    // Unless it has broken by now.
    if (this.heldBytes > 0) this.#sessions.closingConnections.addAnswer(this);
    sink.end();
  }

  /** What was to come, or has come in part, is lost. */
  #interrupt(): void {
    guarded(this.#session, this.#session.interrupt, this);
    this.#connectionGone();
  }

  #connectionGone(): void {
    this.#sessions.bufferBudget.change(-this.heldBytes);
    this.heldBytes = 0;
    this.#sessions.connectionGone(this);
    guarded(this.#session, this.#session.arrived, this);
  }
}
