/**
 * Answers that are sent bit by bit: through the runtime's own sink, or else
 * through a `ReadableStream`.
 *
 * @module
 */

import { guarded } from "../../event_loop/guard.ts";
import type { ResponseHeaders } from "../../http/headers.ts";
import type { RequestRuntime, Sink, SinkListener } from "../../runtimes/runtime.ts";
import type { Call } from "../../routing/call.ts";
import { currentTurn, inNextTurn } from "../../event_loop/turns.ts";

/** Begins an answer that is sent bit by bit. */
export function openSink(call: Call, headers: ResponseHeaders, listener: SinkListener): Sink {
  return call.runtime.stream?.(headers, listener) ?? new WebSink(call, headers, listener);
}

const encoder = new TextEncoder();

/**
 * Bytes of a chunk of a long frame, and what a frame is long from. Deno asks for the next chunk as
 * soon as it has one, so that of a long one we would know nothing as long as it is in its hands; and
 * longer ones it divides itself, wherever that is.
 */
const maxChunk = 64 * 1024;
const long = 2 * maxChunk;

/** Of a long frame, it gets no more at a time: what it has, we do not see leave. */
const enough = long;

/** At the end of a character: some clients decode chunk by chunk. */
function endOfChunk(bytes: Uint8Array, start: number): number {
  let end = Math.min(start + maxChunk, bytes.byteLength);
  while (end < bytes.byteLength && (bytes[end]! & 0xc0) === 0x80) end--;
  return end;
}

/** Some runtimes print it, for which a line is enough. */
function cutOff(): Error {
  const error = new Error("A client that takes nothing any more is cut off");
  error.stack = `${error}`;
  return error;
}

/**
 * Each chunk leaves as one of its own: Deno and Bun join chunks of the same turn of
 * the event loop, so a second one waits for the next.
 */
class WebSink implements Sink {
  readonly response: Response;
  /** Where the runtime wants to hear of it again; else the request's head would stay with it. */
  readonly #runtime: RequestRuntime | undefined;
  readonly #listener: SinkListener;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Chunks that wait for a turn of their own, and how long they are. */
  #outbox: Uint8Array[] = [];
  #waiting = 0;
  #lastTurn = -1;
  /** Whether the next one has its turn coming, and what was handed on since the runtime asked. */
  #hasTurn = false;
  #handedOn = 0;
  #ended = false;
  /** Whether the runtime waits for a chunk. */
  #asked = false;

  constructor(call: Call, headers: ResponseHeaders, listener: SinkListener) {
    this.#listener = listener;
    const { runtime } = call;
    this.#runtime = runtime.restoreIdleTimeout && runtime;
    runtime.suspendIdleTimeout?.(call.service.settings.heartbeatDelay);
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        // The runtime has passed on what was there.
        pull: () => guarded(listener, () => this.#wanted(), undefined),
        // The way to hear of a client that goes away: `request.signal` makes Deno
        // print a warning, and fires after answers that went well.
        cancel: () => guarded(listener, () => this.#broken(), undefined),
      },
      new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
    );
    this.response = new Response(body, { headers });
    runtime.onClientGone?.(() => guarded(listener, () => this.#broken(), undefined));
  }

  get bufferedAmount(): number {
    // A runtime that waits for a chunk has taken all others.
    if (this.#asked) return this.#waiting;
    // With a high-water mark of zero, all that is queued is missing from the desired size.
    return this.#waiting - (this.#controller?.desiredSize ?? 0);
  }

  write(text: string): number {
    const bytes = encoder.encode(text);
    const { length } = bytes;
    if (this.#ended || this.#controller === undefined) return length;
    for (let at = 0; at < length;) {
      const end = length > long ? endOfChunk(bytes, at) : length;
      // Copied, for a part would keep the whole until it has left.
      this.#send(end - at === length ? bytes : bytes.slice(at, end));
      at = end;
    }
    return length;
  }

  #send(chunk: Uint8Array): void {
    if (this.#outbox.length === 0 && !this.#hasEnough && this.#mayEnqueue()) {
      this.#enqueue(chunk);
    } else {
      this.#outbox.push(chunk);
      this.#waiting += chunk.byteLength;
      this.#sendNextTurn();
    }
  }

  end(): void {
    this.#ended = true;
    this.#close();
  }

  finish(text: string): void {
    const controller = this.#controller;
    if (controller === undefined || this.#ended) return;
    this.#restoreIdleTimeout();
    controller.enqueue(encoder.encode(text));
    // Deno may find only now that the client is gone, and has called `cancel` by here.
    if (this.#controller === undefined) return;
    this.#controller = undefined;
    controller.close();
  }

  abort(): void {
    const controller = this.#controller;
    this.#controller = undefined;
    this.#outbox = [];
    this.#waiting = 0;
    controller?.error(cutOff());
  }

  #wanted(): void {
    this.#asked = true;
    this.#handedOn = 0;
    if (this.#outbox.length > 0) this.#sendNextTurn();
    if (this.#ended) this.#close();
    else this.#listener.drained();
  }

  get #hasEnough(): boolean {
    return this.#handedOn >= enough;
  }

  /** Once a turn, as long as there is somebody to send to. */
  #mayEnqueue(): boolean {
    const turn = currentTurn();
    if (this.#lastTurn === turn || this.#controller === undefined) return false;
    this.#lastTurn = turn;
    return true;
  }

  #sendNextTurn(): void {
    if (this.#hasTurn || this.#controller === undefined || this.#hasEnough) return;
    this.#hasTurn = true;
    inNextTurn(() => this.#sendNext(), (error) => this.#listener.failed(error));
  }

  #sendNext(): void {
    this.#hasTurn = false;
    const chunk = this.#outbox[0];
    if (chunk !== undefined && this.#mayEnqueue()) {
      this.#outbox.shift();
      this.#waiting -= chunk.byteLength;
      this.#enqueue(chunk);
    }
    if (this.#outbox.length > 0) this.#sendNextTurn();
    else if (this.#ended) this.#close();
  }

  #enqueue(chunk: Uint8Array): void {
    this.#asked = false;
    this.#handedOn += chunk.byteLength;
    this.#controller?.enqueue(chunk);
  }

  /** Not before the runtime asks for more: until then the client may break in the last chunk. */
  #close(): void {
    if (this.#controller === undefined || this.#outbox.length > 0 || !this.#asked) return;
    this.#restoreIdleTimeout();
    this.#controller.close();
    this.#controller = undefined;
    this.#listener.ended();
  }

  #broken(): void {
    if (this.#controller === undefined) return;
    this.#controller = undefined;
    this.#listener.broken();
  }

  #restoreIdleTimeout(): void {
    this.#runtime?.restoreIdleTimeout?.();
  }
}
