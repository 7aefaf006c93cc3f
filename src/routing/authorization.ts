/**
 * Whether a request may open a session, or go on with one.
 *
 * @module
 */

import { checkSendable, isResponse, type PlainResponse } from "../http/plain_response.ts";
import { errorResponse } from "../http/errors.ts";
import { notCached, type ResponseHeaders } from "../http/headers.ts";
import type { AuthorizeResult, Grant } from "../options/server_options.ts";
import type { HandlerResult } from "./route.ts";
import type { Call } from "./call.ts";
import type { Session } from "../session/session.ts";
import { isThenable } from "../event_loop/thenable.ts";

/** The option `authorize`, and whoever hears of its mistakes. */
export interface Authorization {
  authorize(request: Request, info: unknown): AuthorizeResult | PromiseLike<AuthorizeResult>;
  report(error: unknown): void;
}

/** Where there is nobody to ask. */
const unrestricted: Grant = {};
/** Where nobody was asked, because the session is there and everybody's. */
const existingSession: Grant = {};

/** Gives the answer, and a promise only where the application gave one. */
type Next = (grant: Grant) => HandlerResult | Promise<HandlerResult>;

/**
 * Goes on when the request may open a session, or deal with that one.
 *
 * @param fields of a refusal.
 */
export function authorized(
  call: Call,
  session: Session | undefined,
  headers: (call: Call) => ResponseHeaders,
  go: Next,
): HandlerResult | Promise<HandlerResult> {
  const { authorization } = call.service;
  if (authorization === undefined) return go(unrestricted);
  // It belongs to whoever knows its id.
  if (session !== undefined && session.key === undefined) return go(existingSession);
  const verdict = authorization.authorize(call.request, call.info);
  const judge = (verdict: AuthorizeResult) => {
    const grant = grantOf(verdict, authorization);
    if (isResponse(grant)) {
      checkSendable(grant);
      return grant;
    }
    if (grant === undefined || (session !== undefined && session.key !== grant.key)) {
      return forbidden(headers(call));
    }
    return go(grant);
  };
  return isThenable(verdict) ? Promise.resolve(verdict).then(judge) : judge(verdict);
}

/** Whether a session may be opened with it. */
export function mayOpen(grant: Grant): boolean {
  return grant !== existingSession;
}

/** The application, or the list of origins, says no. */
export function forbidden(
  headers: ResponseHeaders = { "Cache-Control": notCached },
): PlainResponse {
  return errorResponse(403, "Forbidden", headers);
}

function grantOf(
  verdict: AuthorizeResult,
  { report }: Authorization,
): Grant | Response | undefined {
  if (verdict === false) return undefined;
  if (verdict === true) return unrestricted;
  if (isResponse(verdict)) return verdict;
  const grant = readGrant(verdict);
  if (grant !== undefined) return grant;
  report(
    new TypeError(
      `Cannot authorise: authorize must give a boolean, a Response or an object ` +
        "with a context, or a key that is a string",
    ),
  );
  return undefined;
}

/**
 * Not any object: an error, or whatever else was meant as a no, must let nobody in. It is
 * read here, once: it may have getters that throw, or give another key the next time.
 */
function readGrant(verdict: unknown): Grant | undefined {
  if (typeof verdict !== "object" || verdict === null) return undefined;
  const { key, context } = verdict as Grant;
  const isOne = typeof key === "string" || (key === undefined && "context" in verdict);
  return isOne ? { key, context } : undefined;
}
