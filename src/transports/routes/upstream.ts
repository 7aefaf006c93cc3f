/**
 * Handles the requests with which clients of the HTTP transports send messages (protocol, section 6).
 *
 * @module
 */

import { authorized } from "../../routing/authorization.ts";
import type { PlainResponse } from "../../http/plain_response.ts";
import { hasShortBody, readBody } from "../../http/body.ts";
import { errorResponse, notFound } from "../../http/errors.ts";
import type { ResponseHeaders } from "../../http/headers.ts";
import { decodeBody } from "../../protocol/payload.ts";
import { OPEN } from "../../protocol/ready_state.ts";
import type { StraySend } from "../../routing/carrier.ts";
import type { Handler } from "../../routing/route.ts";
import type { Call } from "../../routing/call.ts";
import type { Pause } from "../../session/pause.ts";
import type { Session } from "../../session/session.ts";
import { Upload } from "../../session/upload.ts";

/** What differs between kinds of sends. */
export interface Send {
  /** The headers of every response, errors included. */
  readonly headers: (call: Call) => ResponseHeaders;
  /** Finds the payload in the body. */
  readonly payload: (body: string, call: Call) => string;
  /** The response when the messages were accepted. */
  readonly accept: (headers: ResponseHeaders) => PlainResponse;
}

/** Handles sends to sessions that exist. */
export function upstreamHandler(send: Send): Handler {
  return (call) => {
    const { carrier, sessions } = call.service;
    if (carrier !== undefined && (carrier.isStale || sessions.get(call.sessionId) === undefined)) {
      return carrier.send(straySend(send, call));
    }
    const session = sessionOf(call);
    // Before the body is read, so that no client can make us read for nothing.
    return session === undefined
      ? noSession(send, call)
      : authorized(call, session, send.headers, () => deliver(send, call, session));
  };
}

/** A send to a session that is not in this process. */
function straySend(send: Send, call: Call): StraySend {
  const { headers } = send;
  return {
    call,
    headers,
    again: () => upstreamHandler(send)(call),
    accept: () => send.accept(headers(call)),
    noSession: () => noSession(send, call),
    read: async (watcher) => {
      let body: string | undefined;
      try {
        body = await readBody(call.request, call.service.settings.maxMessageSize, watcher);
      } catch {
        return brokenBody(send, call);
      }
      if (body === undefined) return longBody(send, call);
      const payload = send.payload(body, call);
      const messages = decodeBody(payload);
      return typeof messages === "string" ? badPayload(send, call, messages) : payload;
    },
  };
}

function sessionOf(call: Call): Session | undefined {
  const session = call.service.sessions.get(call.sessionId);
  return session?.interrupted ? undefined : session;
}

function noSession(send: Send, call: Call): PlainResponse {
  call.log?.noSession(call.sessionId);
  return notFound(send.headers(call));
}

/**
 * Resolves when the session takes messages again, or when the sender is gone, if the runtime
 * reports it. Until then the runtime keeps the silent connection open, if it can.
 */
function whenResumed(
  { runtime }: Call,
  session: Session,
  pause: Pause,
): Promise<void> {
  return new Promise((resolve) => {
    runtime.suspendIdleTimeout?.(Infinity);
    const resume = () => {
      runtime.restoreIdleTimeout?.();
      resolve();
    };
    pause.wait(resume);
    session.recount();
    runtime.onAbandoned?.(() => {
      pause.leave(resume);
      session.recount();
      resolve();
    });
  });
}

function deliver(send: Send, call: Call, session: Session): PlainResponse | Promise<PlainResponse> {
  // A session that is not open takes no messages, and does not cancel uploads. `authorize` may have
  // been asynchronous, so that the session may have ended.
  if (session.readyState !== OPEN && !hasShortBody(call.request)) {
    return sessionOf(call) === session ? send.accept(send.headers(call)) : noSession(send, call);
  }
  const upload = new Upload(session);
  return readBody(call.request, call.service.settings.maxMessageSize, upload).then(
    (body) => {
      upload.end();
      return upload.isGivenUp ? noSession(send, call) : accept(send, call, session, body);
    },
    () => {
      upload.end();
      return brokenBody(send, call);
    },
  );
}

/** The client went away in the middle, or broke the rules of chunking. */
function brokenBody(send: Send, call: Call): PlainResponse {
  call.log?.refused("body");
  return errorResponse(400, "Cannot read the body", send.headers(call));
}

function longBody(send: Send, call: Call): PlainResponse {
  call.log?.refused("longBody");
  return errorResponse(413, "Message too big", send.headers(call));
}

function badPayload(send: Send, call: Call, reason: string): PlainResponse {
  call.log?.refused("payload");
  return errorResponse(500, reason, send.headers(call));
}

function accept(
  send: Send,
  call: Call,
  session: Session,
  body: string | undefined,
): PlainResponse | Promise<PlainResponse> {
  if (body === undefined) return longBody(send, call);
  const messages = decodeBody(send.payload(body, call));
  if (typeof messages === "string") return badPayload(send, call, messages);
  // Meanwhile the session may have gone.
  if (sessionOf(call) !== session) return noSession(send, call);
  session.accept(messages);
  const accepted = () => send.accept(send.headers(call));
  // Clients send no more before they have our response. A send without messages need not wait.
  const { currentPause } = session;
  return messages.length > 0 && currentPause !== undefined
    ? whenResumed(call, session, currentPause).then(accepted)
    : accepted();
}
