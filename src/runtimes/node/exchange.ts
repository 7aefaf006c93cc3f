/**
 * A Node request together with its response.
 *
 * @module
 */

import { Buffer } from "node:buffer";
import type { PlainResponse } from "../../http/plain_response.ts";
import { isQueued } from "./internals.ts";
import { watchSession } from "./leaving_session.ts";
import { writeHead } from "./response_head.ts";
import type { IncomingMessage, ServerResponse } from "./types.ts";

/** What handlers return if Node was given the response already. */
export const alreadySent = new Response(null);

const ignore = () => {};

/** Both, and the ways to respond with what is known as a whole, or not at all. */
export class Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly #report: (error: unknown) => void;

  /** @param report Called with errors that Node has thrown, or what was put in its place. */
  constructor(
    req: IncomingMessage,
    res: ServerResponse,
    report: (error: unknown) => void = ignore,
  ) {
    this.req = req;
    this.res = res;
    this.#report = report;
    watchSession(res.stream?.session);
    try {
      // Without any listener, an error would end the process.
      res.on("error", ignore);
    } catch {
      // Other code may have replaced `on`, too.
    }
  }

  /** Whether the client is gone. */
  get isGone(): boolean {
    const { req, res } = this;
    return (res.stream ?? req.socket)?.destroyed === true;
  }

  /**
   * Sends a response whose body is known.
   *
   * @throws If Node does not take it, or what was put in its place.
   */
  sendPlain({ status, headers, body }: PlainResponse): void {
    const { res } = this;
    // The application's function for the cookie, which has seen the response, may have ended it.
    if (res.headersSent) return;
    if (body !== null) headers["Content-Length"] = String(Buffer.byteLength(body));
    else if (status !== 204 && status !== 304) headers["Content-Length"] = "0";
    try {
      writeHead(res, status, headers);
      // Node sends no body in response to HEAD.
      if (body === null) res.end();
      else res.end(body);
    } catch (error) {
      // A response that has begun cannot end in another way.
      if (res.headersSent) this.cutOff();
      throw error;
    }
  }

  /** The response has failed: destroys it and reports the error. */
  failed(error: unknown): void {
    this.cutOff();
    this.#report(error);
  }

  /** Destroys the response. Other code may have replaced some of Node's ways to do that. */
  cutOff(): void {
    const { req, res } = this;
    const { stream } = res;
    const ways = [
      // Without an error, the response would look complete to a client.
      stream && (() => stream.destroy(new Error("The response was aborted"))),
      // A queued response would keep all that it has until its turn comes.
      isQueued(res) && req.socket && (() => req.socket?.destroy()),
      () => res.destroy(),
      () => req.destroy(),
      () => req.socket?.destroy(),
    ];
    for (const way of ways) {
      try {
        if (!way) continue;
        way();
        return;
      } catch {
        // The next way may work.
      }
    }
  }
}
