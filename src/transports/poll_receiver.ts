/**
 * The receiver of the polling transports.
 *
 * @module
 */

import type { Fields } from "../http/headers.ts";
import type { Call } from "../service.ts";
import type { Receiver, Session } from "../session.ts";
import type { Framing } from "./transport.ts";

const encoder = new TextEncoder();

/**
 * Takes one frame, which is the whole answer: at once when the session has one
 * ready, which is most of the time, and else when it comes.
 */
export class PollReceiver implements Receiver {
  readonly bufferedAmount = 0;
  readonly #framing: Framing;
  readonly #call: Call;
  readonly #session: Session;
  #ready: string | undefined;
  #waiting: ReadableStreamDefaultController<Uint8Array> | undefined;

  constructor(framing: Framing, call: Call, session: Session) {
    this.#framing = framing;
    this.#call = call;
    this.#session = session;
  }

  send(frame: string): boolean {
    const text = this.#framing.frame(frame);
    if (this.#waiting === undefined) {
      this.#ready = text;
    } else {
      const { service, request, info } = this.#call;
      service.runtime.expectTraffic(request, info);
      this.#waiting.enqueue(encoder.encode(text));
      this.#waiting.close();
    }
    this.#session.detach(this);
    return false;
  }

  end(): void {
    // Its only frame has ended it.
  }

  abort(): void {
    // See above.
  }

  /** The answer; a plain string where it is known, which runtimes send fastest. */
  respond(headers: Fields): Response {
    if (this.#ready !== undefined) {
      return new Response(this.#ready, { headers });
    }
    const { service, request, info } = this.#call;
    service.runtime.expectSilence(request, info, service.settings.heartbeatDelay);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#waiting = controller;
      },
      // The way to hear of a client that goes away: `request.signal` makes Deno
      // print a warning, and fires after answers that went well.
      cancel: () => this.#session.interrupt(this),
    });
    return new Response(body, { headers });
  }
}
