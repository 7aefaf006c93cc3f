/**
 * The sends of the HTTP transports (protocol, section 6).
 *
 * @module
 */

import { authorized } from "../../routing/authorization.ts";
import type { Answer } from "../../http/plain_response.ts";
import { hasShortBody, readBody } from "../../http/body.ts";
import { errorAnswer, notFound } from "../../http/errors.ts";
import type { Fields } from "../../http/headers.ts";
import { decodeBody } from "../../protocol/payload.ts";
import { OPEN } from "../../session/ready_state.ts";
import type { Handler } from "../../routing/route.ts";
import type { Call } from "../../routing/call.ts";
import type { Hold } from "../../session/pause.ts";
import type { Session } from "../../session/session.ts";
import { Upload } from "./upload.ts";

/** What sets one kind of send apart from the other. */
export interface Send {
  /** The header fields of every answer, errors included. */
  readonly fields: (call: Call) => Fields;
  /** Finds the payload in the body. */
  readonly payload: (body: string, call: Call) => string;
  /** Says that all went well. */
  readonly accept: (fields: Fields) => Answer;
}

/** Handles sends to sessions that exist. */
export function sending(send: Send): Handler {
  return (call) => {
    const session = sessionOf(call);
    // Before the body is read, so that nobody can make us read for nothing.
    return session === undefined
      ? noSession(send, call)
      : authorized(call, session, send.fields, () => deliver(send, call, session));
  };
}

function sessionOf(call: Call): Session | undefined {
  const session = call.service.sessions.get(call.session);
  return session?.interrupted ? undefined : session;
}

function noSession(send: Send, call: Call): Answer {
  return notFound(send.fields(call));
}

/**
 * Settles when the sender has waited enough, however long that is, as far as the runtime keeps
 * a silent connection; or when it is gone, where the runtime tells.
 */
function held({ runtime, request, info }: Call, session: Session, hold: Hold): Promise<void> {
  return new Promise((resolve) => {
    runtime.expectSilence?.(request, info, Infinity);
    const resume = () => {
      runtime.expectTraffic?.(request, info);
      resolve();
    };
    hold.wait(resume);
    session.recount();
    runtime.abandoned?.(request, info, () => {
      hold.leave(resume);
      session.recount();
      resolve();
    });
  });
}

function deliver(send: Send, call: Call, session: Session): Answer | Promise<Answer> {
  // Nobody would take it, nor give it up: no more is to happen to the session. And the
  // application may have taken its time.
  if (session.readyState !== OPEN && !hasShortBody(call.request)) {
    return sessionOf(call) === session ? send.accept(send.fields(call)) : noSession(send, call);
  }
  const upload = new Upload(session);
  return readBody(call.request, call.service.settings.maxMessageSize, upload).then(
    (body) => {
      upload.end();
      return upload.isGivenUp ? noSession(send, call) : receive(send, call, session, body);
    },
    // The client went away in the middle, or broke the rules of chunking.
    () => {
      upload.end();
      return errorAnswer(400, "Cannot read the body", send.fields(call));
    },
  );
}

function receive(
  send: Send,
  call: Call,
  session: Session,
  body: string | undefined,
): Answer | Promise<Answer> {
  if (body === undefined) {
    return errorAnswer(413, "Message too big", send.fields(call));
  }
  const messages = decodeBody(send.payload(body, call));
  if (typeof messages === "string") {
    return errorAnswer(500, messages, send.fields(call));
  }
  // Meanwhile the session may have gone.
  if (sessionOf(call) !== session) return noSession(send, call);
  session.receive(messages);
  const accepted = () => send.accept(send.fields(call));
  // Clients send no more before they have our answer. One without messages brings
  // nothing that has to wait.
  const { hold } = session;
  return messages.length > 0 && hold !== undefined
    ? held(call, session, hold).then(accepted)
    : accepted();
}
