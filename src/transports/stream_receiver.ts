/**
 * The receiver of the streaming transports.
 *
 * @module
 */

import type { Fields } from "../http/headers.ts";
import type { Call } from "../service.ts";
import type { Receiver, Session } from "../session.ts";
import { currentTurn, inNextTurn } from "../turns.ts";
import type { Framing } from "./transport.ts";

const encoder = new TextEncoder();

/**
 * Takes frames until they are `responseLimit` bytes. The prelude and every frame
 * leave as a chunk of their own: Deno and Bun join chunks of the same turn of the
 * event loop, so a second one waits for the next.
 */
export class StreamReceiver implements Receiver {
  readonly #framing: Framing;
  readonly #call: Call;
  readonly #session: Session;
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  /** Chunks that wait for a turn of their own, and how long they are. */
  #outbox: Uint8Array[] = [];
  #waiting = 0;
  #lastTurn = -1;
  /** Bytes until the response has to end. */
  #left: number;
  #ended = false;
  /** Whether the runtime waits for a chunk. */
  #asked = false;

  constructor(framing: Framing, call: Call, session: Session) {
    this.#framing = framing;
    this.#call = call;
    this.#session = session;
    this.#left = call.service.settings.responseLimit;
    if (framing.prelude !== undefined) {
      this.#push(encoder.encode(framing.prelude));
    }
  }

  get bufferedAmount(): number {
    // With a high-water mark of zero, all that is queued is missing from the desired size.
    return this.#waiting - (this.#controller?.desiredSize ?? 0);
  }

  send(frame: string): boolean {
    const chunk = encoder.encode(this.#framing.frame(frame));
    this.#push(chunk);
    this.#left -= chunk.byteLength;
    if (this.#left > 0) return true;
    this.end();
    return false;
  }

  end(): void {
    this.#ended = true;
    this.#finish();
  }

  abort(): void {
    const controller = this.#controller;
    this.#controller = undefined;
    this.#outbox = [];
    this.#waiting = 0;
    controller?.error(new Error("The client takes nothing any more"));
  }

  /** The answer, with whatever was sent already. */
  respond(headers: Fields): Response {
    const { service, request, info } = this.#call;
    service.runtime.expectSilence(request, info, service.settings.heartbeatDelay);
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
          this.#sendNext();
        },
        // The runtime has passed on what was there.
        pull: () => {
          this.#asked = true;
          if (this.#ended) this.#finish();
          else this.#session.flush();
        },
        // The way to hear of a client that goes away; see PollReceiver.
        cancel: () => {
          this.#controller = undefined;
          this.#session.interrupt(this);
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
    );
    return new Response(body, { headers });
  }

  #push(chunk: Uint8Array): void {
    if (this.#outbox.length === 0 && this.#mayEnqueue()) {
      this.#enqueue(chunk);
      return;
    }
    this.#outbox.push(chunk);
    this.#waiting += chunk.byteLength;
    if (this.#outbox.length === 1) this.#sendNextTurn();
  }

  /** Once a turn, as long as there is somebody to send to. */
  #mayEnqueue(): boolean {
    const turn = currentTurn();
    if (this.#lastTurn === turn || this.#controller === undefined) return false;
    this.#lastTurn = turn;
    return true;
  }

  #sendNextTurn(): void {
    if (this.#controller !== undefined) inNextTurn(() => this.#sendNext());
  }

  #sendNext(): void {
    const chunk = this.#outbox[0];
    if (chunk !== undefined && this.#mayEnqueue()) {
      this.#outbox.shift();
      this.#waiting -= chunk.byteLength;
      this.#enqueue(chunk);
    }
    if (this.#outbox.length > 0) this.#sendNextTurn();
    else if (this.#ended) this.#finish();
  }

  #enqueue(chunk: Uint8Array): void {
    this.#asked = false;
    this.#controller?.enqueue(chunk);
  }

  /** Not before the runtime asks for more: until then the client may break in the last frame. */
  #finish(): void {
    if (this.#controller === undefined || this.#outbox.length > 0 || !this.#asked) return;
    const { service, request, info } = this.#call;
    service.runtime.expectTraffic(request, info);
    this.#controller.close();
    this.#controller = undefined;
    this.#session.detach(this);
  }
}
