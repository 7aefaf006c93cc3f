/**
 * Decides whether a request may open a session, or use one.
 *
 * @module
 */

import { checkSendable, isResponse, type PlainResponse } from "../http/plain_response.ts";
import { errorResponse } from "../http/errors.ts";
import { notCached, type ResponseHeaders } from "../http/headers.ts";
import type { AuthorizeResult, Grant, RemoteClient } from "../options/option_functions.ts";
import type { HandlerResult } from "./route.ts";
import type { Call } from "./call.ts";
import type { RemoteAddress } from "../session/client_info.ts";
import { isThenable } from "../event_loop/thenable.ts";

/** The option `authorize`, and a function that reports its mistakes. */
export interface Authorization {
  authorize(
    request: Request,
    info: unknown,
    client: RemoteClient,
  ): AuthorizeResult | PromiseLike<AuthorizeResult>;
  report(error: unknown): void;
}

/** The grant without the option `authorize`. */
const unrestricted: Grant = {};
/** The grant for a session that exists and has no key, for which `authorize` is not called. */
const existingSession: Grant = {};

/** What happens once a request is authorised. */
type Next = (grant: Grant) => HandlerResult | Promise<HandlerResult>;

/**
 * Calls `next` if the request may open a session, or use the given one. Returns a promise only if
 * the application does.
 *
 * @param headers The headers of a refusal.
 */
export function authorized(
  call: Call,
  session: { readonly key: string | undefined } | undefined,
  headers: (call: Call) => ResponseHeaders,
  next: Next,
): HandlerResult | Promise<HandlerResult> {
  const { authorization } = call.service;
  if (authorization === undefined) return next(unrestricted);
  // A session without a key may be used by every client that knows its id.
  if (session !== undefined && session.key === undefined) return next(existingSession);
  const result = authorization.authorize(call.request, call.info, new CallingClient(call));
  const decide = (result: AuthorizeResult) => {
    const grant = grantOf(result, authorization);
    if (isResponse(grant)) {
      checkSendable(grant);
      call.log?.refused("authorize", () => `its response has the status ${grant.status}`);
      return grant;
    }
    if (grant === undefined || (session !== undefined && session.key !== grant.key)) {
      call.log?.refused(grant === undefined ? "authorize" : "key");
      return forbidden(headers(call));
    }
    return next(grant);
  };
  return isThenable(result) ? Promise.resolve(result).then(decide) : decide(result);
}

/** The client of a call. Its address is found when it is first read. */
class CallingClient implements RemoteClient {
  #call: Call | undefined;
  #remote: RemoteAddress | undefined;

  constructor(call: Call) {
    this.#call = call;
  }

  get remoteAddress(): string | undefined {
    return this.#found?.address;
  }

  get remotePort(): number | undefined {
    return this.#found?.port;
  }

  get #found(): RemoteAddress | undefined {
    const call = this.#call;
    if (call === undefined) return this.#remote;
    this.#call = undefined;
    try {
      this.#remote = call.remote();
    } catch {
      // Deno no longer has the request's headers once the response is sent. Then it stays unknown.
    }
    return this.#remote;
  }
}

/** Whether a session may be opened with a grant. */
export function mayOpen(grant: Grant): boolean {
  return grant !== existingSession;
}

/** The response to a request that the application, or its list of origins, refuses. */
export function forbidden(
  headers: ResponseHeaders = { "Cache-Control": notCached },
): PlainResponse {
  return errorResponse(403, "Forbidden", headers);
}

function grantOf(
  result: AuthorizeResult,
  { report }: Authorization,
): Grant | Response | undefined {
  if (result === false) return undefined;
  if (result === true) return unrestricted;
  if (isResponse(result)) return result;
  const grant = readGrant(result);
  if (grant !== undefined) return grant;
  report(
    new TypeError(
      "Cannot authorise: authorize must return a boolean, a Response, or an object " +
        "with a context or a key; the key must be a string",
    ),
  );
  return undefined;
}

/**
 * Reads a grant. Not every object is one: an error, for example, was meant as a refusal. It is
 * read only once, as getters may throw, or return another key the next time.
 */
function readGrant(result: unknown): Grant | undefined {
  if (typeof result !== "object" || result === null) return undefined;
  const { key, context } = result as Grant;
  const isOne = typeof key === "string" || (key === undefined && "context" in result);
  return isOne ? { key, context } : undefined;
}
