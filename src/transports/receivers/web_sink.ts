/**
 * Responses that are sent chunk by chunk: through the runtime's own sink, or else
 * through a `ReadableStream`.
 *
 * @module
 */

import { guarded } from "../../event_loop/guard.ts";
import type { ResponseHeaders } from "../../http/headers.ts";
import type { RequestRuntime, Sink, SinkListener } from "../../runtimes/runtime.ts";
import type { Call } from "../../routing/call.ts";
import { currentTurn, inNextTurn } from "../../event_loop/turns.ts";

/** Begins a response that is sent chunk by chunk. */
export function openSink(call: Call, headers: ResponseHeaders, listener: SinkListener): Sink {
  return call.runtime.stream?.(headers, listener) ?? new WebSink(call, headers, listener);
}

const encoder = new TextEncoder();

/**
 * Bytes of a chunk of a long frame, and from how many bytes on a frame is long. Deno asks for the
 * next chunk as soon as it has one, and does not report how much of that has left. Longer chunks it
 * divides by itself, at any byte.
 */
const maxChunk = 64 * 1024;
const long = 2 * maxChunk;

/** Bytes that are passed to the runtime at a time. It does not report when those have been sent. */
const enough = long;

/** At the end of a character: some clients decode chunk by chunk. */
function endOfChunk(bytes: Uint8Array, start: number): number {
  let end = Math.min(start + maxChunk, bytes.byteLength);
  while (end < bytes.byteLength && (bytes[end]! & 0xc0) === 0x80) end--;
  return end;
}

/** Without a stack: some runtimes print it, and a line is enough. */
function abortError(): Error {
  const error = new Error("The client stopped reading, so its response was aborted");
  error.stack = `${error}`;
  return error;
}

/**
 * Sends each chunk as an HTTP chunk of its own. Deno and Bun join chunks of the same turn of the
 * event loop, so a second one waits for the next turn.
 */
class WebSink implements Sink {
  readonly response: Response;
  /** Only if the runtime needs it at the end: it keeps the request's headers in memory. */
  readonly #runtime: RequestRuntime | undefined;
  readonly #listener: SinkListener;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Chunks that wait for a turn of their own, and their bytes. */
  #outbox: Uint8Array[] = [];
  #waiting = 0;
  #lastTurn = -1;
  /** Whether the next chunk has its turn coming. */
  #hasTurn = false;
  /** Bytes that the runtime got since it last asked for a chunk. */
  #passed = 0;
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
        // The runtime has sent what it had.
        pull: () => guarded(listener, () => this.#wanted(), undefined),
        // The client is gone. `request.signal` would make Deno print a warning, and it
        // fires after responses that went well.
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
    controller?.error(abortError());
  }

  #wanted(): void {
    this.#asked = true;
    this.#passed = 0;
    if (this.#outbox.length > 0) this.#sendNextTurn();
    if (this.#ended) this.#close();
    else this.#listener.drained();
  }

  get #hasEnough(): boolean {
    return this.#passed >= enough;
  }

  /** True once a turn, until the stream has ended. */
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
    this.#passed += chunk.byteLength;
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
