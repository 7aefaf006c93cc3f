/**
 * Whether a request may open a session, or go on with one.
 *
 * @module
 */

import { type Answer, checkSendable, isResponse } from "../http/plain_response.ts";
import { errorAnswer } from "../http/errors.ts";
import { type Fields, notCached } from "../http/headers.ts";
import type { Grant, Verdict } from "../options/server_options.ts";
import type { Reply } from "./route.ts";
import type { Call } from "./call.ts";
import type { Session } from "../session/session.ts";
import { isThenable } from "../event_loop/thenable.ts";

/** The option `authorize`, and whoever hears of its mistakes. */
export interface Authorization {
  authorize(request: Request, info: unknown): Verdict | PromiseLike<Verdict>;
  report(error: unknown): void;
}

/** Where there is nobody to ask. */
const everybody: Grant = {};
/** Where nobody was asked, because the session is there and everybody's. */
const toGoOn: Grant = {};

/** Gives the answer, and a promise only where the application gave one. */
type Go = (grant: Grant) => Reply | Promise<Reply>;

/**
 * Goes on when the request may open a session, or deal with that one.
 *
 * @param fields of a refusal.
 */
export function authorized(
  call: Call,
  session: Session | undefined,
  fields: (call: Call) => Fields,
  go: Go,
): Reply | Promise<Reply> {
  const { authorization } = call.service;
  if (authorization === undefined) return go(everybody);
  // It belongs to whoever knows its id.
  if (session !== undefined && session.key === undefined) return go(toGoOn);
  const verdict = authorization.authorize(call.request, call.info);
  const judge = (verdict: Verdict) => {
    const grant = grantOf(verdict, authorization);
    if (isResponse(grant)) {
      checkSendable(grant);
      return grant;
    }
    if (grant === undefined || (session !== undefined && session.key !== grant.key)) {
      return forbidden(fields(call));
    }
    return go(grant);
  };
  return isThenable(verdict) ? Promise.resolve(verdict).then(judge) : judge(verdict);
}

/** Whether a session may be opened with it. */
export function mayOpen(grant: Grant): boolean {
  return grant !== toGoOn;
}

/** The application, or the list of origins, says no. */
export function forbidden(fields: Fields = { "Cache-Control": notCached }): Answer {
  return errorAnswer(403, "Forbidden", fields);
}

function grantOf(verdict: Verdict, { report }: Authorization): Grant | Response | undefined {
  if (verdict === false) return undefined;
  if (verdict === true) return everybody;
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
