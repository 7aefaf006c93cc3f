/**
 * Handles the requests with which clients of the HTTP transports receive frames (protocol, section 5).
 *
 * @module
 */

import { authorized, forbidden, mayOpen } from "../../routing/authorization.ts";
import type { PlainResponse } from "../../http/plain_response.ts";
import { errorResponse } from "../../http/errors.ts";
import type { ResponseHeaders } from "../../http/headers.ts";
import type { Grant } from "../../options/option_functions.ts";
import { CONNECTING } from "../../protocol/ready_state.ts";
import {
  type Handler,
  type HandlerResult,
  preflight,
  type Route,
  route,
} from "../../routing/route.ts";
import type { Call } from "../../routing/call.ts";
import type { Unavailable } from "../../session/refusals.ts";
import type { Session } from "../../session/session.ts";
import { inNextTurn } from "../../event_loop/turns.ts";
import { PollReceiver } from "../receivers/poll_receiver.ts";
import { StreamReceiver } from "../receivers/stream_receiver.ts";
import type { Framing, HttpTransport } from "../transport.ts";

/** The route on which a transport's clients ask for frames. */
export function downstreamRoute(transport: HttpTransport): Route {
  const attachReceiver = downstreamHandler(transport);
  return transport.method === "POST"
    ? route({ POST: attachReceiver, OPTIONS: preflight("OPTIONS, POST") }, transport.headers)
    : route({ GET: attachReceiver }, transport.headers);
}

function downstreamHandler(transport: HttpTransport): Handler {
  return function handle(call): HandlerResult | Promise<HandlerResult> {
    const framing = transport.framing(call);
    if (typeof framing === "string") {
      call.log?.refused("callback");
      return errorResponse(500, framing, transport.headers(call));
    }
    const { sessions } = call.service;
    const session = sessions.get(call.sessionId);
    const { refusal } = sessions;
    if (session === undefined && refusal !== undefined) return refused(transport, call, refusal);
    return authorized(call, session, transport.headers, (grant) => {
      // Looked up again: `authorize` may be asynchronous.
      if (!sessions.get(call.sessionId)?.attached) {
        return attachReceiver(transport, framing, call, grant);
      }
      return waitForPreviousReceiver(call).then(() =>
        // If the session is gone, the request opens another, for which it needs a grant.
        mayOpen(grant) || sessions.get(call.sessionId) !== undefined
          ? attachReceiver(transport, framing, call, grant)
          : handle(call)
      );
    });
  };
}

/** No session may be opened now. */
function refused(transport: HttpTransport, call: Call, reason: Unavailable): PlainResponse {
  call.log?.refused(reason);
  return errorResponse(503, reason, transport.headers(call));
}

/** How often, and how many ms each time, a second receiver waits for the first to go. */
const maxChecks = 5;
const step = 10;

/**
 * Clients abort a request and ask again without a pause. The server learns of the abort
 * after a turn, and later if the new connection was faster than the end of the old.
 */
async function waitForPreviousReceiver({ service, sessionId }: Call): Promise<void> {
  await new Promise<void>(inNextTurn);
  for (let i = 0; i < maxChecks && service.sessions.get(sessionId)?.attached; i++) {
    await new Promise((resolve) => setTimeout(resolve, step));
  }
}

function attachReceiver(
  transport: HttpTransport,
  framing: Framing,
  call: Call,
  grant: Grant,
): HandlerResult | Promise<HandlerResult> {
  const { service } = call;
  let session = service.sessions.get(call.sessionId);
  // It may be another session: `authorize` may be asynchronous.
  if (session !== undefined && session.key !== grant.key && service.authorization !== undefined) {
    call.log?.refused("key");
    return forbidden(transport.headers(call));
  }
  const { refusal } = service.sessions;
  if (session === undefined && refusal !== undefined) return refused(transport, call, refusal);
  const { prelude } = framing;
  const clientInfo = call.clientInfo(transport.protocol);
  // Otherwise the session keeps all headers of the request, which a client may have made long.
  if (prelude !== undefined || call.runtime.readsHeadersFast === true) void clientInfo.headers;
  const headers = transport.headers(call);
  headers["Content-Type"] = transport.contentType;
  if (prelude !== undefined && !service.showsRequests) {
    call.runtime.forgetHead?.(clientInfo.headers);
  }
  session ??= service.createSession(clientInfo, grant, call.sessionId);
  const receiver = receiverOf(framing, call, headers, session);
  session.attach(receiver, clientInfo);
  return receiver.respond(call, headers);
}

function receiverOf(
  framing: Framing,
  call: Call,
  headers: ResponseHeaders,
  session: Session,
): PollReceiver | StreamReceiver {
  const { prelude } = framing;
  if (prelude === undefined) return new PollReceiver(framing, session, call.service.sessions);
  try {
    return new StreamReceiver(framing, prelude, call, headers, session);
  } catch (error) {
    // The response could not begin. A session that the client does not know would stay for ever.
    if (session.readyState === CONNECTING) session.destroy();
    throw error;
  }
}
