/**
 * The receiver of the polling transports.
 *
 * @module
 */

import type { ClosingConnection } from "../../session/closing_connections.ts";
import { flushSoon } from "../../event_loop/flush_queue.ts";
import { guarded } from "../../event_loop/guard.ts";
import { PlainResponse } from "../../http/plain_response.ts";
import type { ResponseHeaders } from "../../http/headers.ts";
import type { Frame } from "../../protocol/message.ts";
import type { HandlerResult } from "../../routing/route.ts";
import type { Sink, SinkListener } from "../../runtimes/runtime.ts";
import type { Call } from "../../routing/call.ts";
import type { HeartbeatResult, Receiver, ReceiverOwner } from "../../session/receiver.ts";
import type { SessionStore } from "../../session/session_store.ts";
import type { Framing } from "../transport.ts";
import { openSink } from "./web_sink.ts";

/**
 * Takes one frame, which is the whole response: at once when the session has one ready, as it
 * mostly has, and else when there is one.
 */
export class PollReceiver implements Receiver, SinkListener, ClosingConnection {
  readonly #framing: Framing;
  readonly #session: ReceiverOwner;
  readonly #sessions: SessionStore;
  /** Bytes of a long response, as long as it is on its way. */
  heldBytes = 0;
  /** Its session may live on. */
  readonly isOver = false;
  #ready: string | undefined;
  #sink: Sink | undefined;
  /** Responds to a request that waits without a sink. */
  #respondLater: ((text: string | undefined) => void) | undefined;

  constructor(framing: Framing, session: ReceiverOwner, sessions: SessionStore) {
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

  /** Each frame takes clients a round trip. */
  get frameSize(): number {
    return 1024 * 1024;
  }

  get wantsHeartbeatFrame(): boolean {
    return true;
  }

  scheduleFlush(): void {
    flushSoon(this.#session);
  }

  send(frame: Frame): boolean {
    const text = frame.encoded(this.#framing.encode);
    const isLong = this.#isLong(text);
    if (isLong) this.#session.detachEarly(this);
    if (this.#respondLater !== undefined) this.#respondLater(text);
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
    // Only a response that has begun can be destroyed.
    this.#respondLater?.(undefined);
    this.#sink?.abort();
    this.#connectionGone();
  }

  destroy(): void {
    this.#interrupt();
    this.abort();
  }

  heartbeat(): HeartbeatResult {
    return "handled";
  }

  pause(): void {
    // Messages come by requests of their own.
  }

  resume(): void {
    // `pause` has done nothing.
  }

  drained(): void {
    // No other frame follows.
  }

  ended(): void {
    this.#connectionGone();
  }

  broken(): void {
    this.#interrupt();
    this.#respondLater?.("");
  }

  failed(error: unknown): void {
    this.#session.failed(error);
    this.abort();
  }

  /** The response; a plain string if it is known, which runtimes send fastest. */
  respond(call: Call, headers: ResponseHeaders): HandlerResult | Promise<HandlerResult> {
    if (this.#ready !== undefined) return this.#reply(this.#ready, call, headers);
    const { stream, onAbandoned } = call.runtime;
    // A `ReadableStream` would send the headers at once, before there is anything to send.
    const mayWait = stream === undefined && onAbandoned !== undefined;
    return mayWait ? this.#wait(call, headers) : this.#reply(undefined, call, headers);
  }

  /** Settles when there is a frame, or when the client no longer waits for one. */
  #wait(call: Call, headers: ResponseHeaders): Promise<HandlerResult> {
    const { runtime, service } = call;
    return new Promise((resolve, reject) => {
      this.#respondLater = (text) => {
        this.#respondLater = undefined;
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
      // The response could not begin, or not go on.
      this.#interrupt();
      throw error;
    }
  }

  /** The system may not take all of it at once, so it counts until its end. */
  #isLong(text: string): boolean {
    return text.length > this.#sessions.drainThreshold;
  }

  #sendLong(text: string, sink: Sink): void {
    this.#ready = undefined;
    this.heldBytes = text.length;
    this.#sessions.bufferBudget.change(text.length);
    sink.write(text);
    // Unless it has broken by now.
    if (this.heldBytes > 0) this.#sessions.closingConnections.addResponse(this);
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
