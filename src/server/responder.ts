/**
 * Makes responses of what handlers return, whatever goes wrong.
 *
 * @module
 */

import { errorResponse } from "../http/errors.ts";
import { PlainResponse } from "../http/plain_response.ts";
import type { RequestRuntime } from "../runtimes/runtime.ts";
import type { HandlerResult } from "../routing/route.ts";
import type { ErrorReporter } from "./error_reporter.ts";

/** Responds to a server's requests. */
export class Responder {
  readonly #errors: ErrorReporter;

  constructor(errors: ErrorReporter) {
    this.#errors = errors;
  }

  /** Makes a response of a reply. */
  respond(reply: HandlerResult, request: Request, runtime?: RequestRuntime): Response {
    if (!(reply instanceof PlainResponse)) return reply;
    return runtime?.respond?.(reply) ?? reply.toResponse(request.method);
  }

  /** Apart from `handle`, so that a request with an immediate response costs no closure. */
  respondLater(
    reply: PromiseLike<HandlerResult>,
    request: Request,
    runtime: RequestRuntime,
  ): Promise<Response> {
    return Promise.resolve(reply).then(
      (reply) => this.#tryToRespond(reply, request, runtime),
      (error) => this.failed(error, request, runtime),
    );
  }

  #tryToRespond(reply: HandlerResult, request: Request, runtime: RequestRuntime): Response {
    try {
      return this.respond(reply, request, runtime);
    } catch (error) {
      return this.failed(error, request, runtime);
    }
  }

  /** Reports an error, and responds with 500. Never throws. */
  failed(error: unknown, request: Request, runtime: RequestRuntime | undefined): Response {
    this.#errors.report(error);
    try {
      return this.respond(errorResponse(500, "Internal error"), request, runtime);
    } catch {
      // The runtime does not take that either; an adapter may find a way to end it.
      return new Response(null, { status: 500 });
    }
  }
}
