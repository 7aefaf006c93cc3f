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
import type { HttpReceiver, StrayReceive } from "../../routing/carrier.ts";
import {
  type Handler,
  type HandlerResult,
  preflight,
  type Route,
  route,
} from "../../routing/route.ts";
import type { Call } from "../../routing/call.ts";
import type { Unavailable } from "../../session/refusals.ts";
import type { ReceiverOwner } from "../../session/receiver.ts";
import { ResponseLimit, type ResponseLimits } from "../../session/response_limit.ts";
import type { Session } from "../../session/session.ts";
import type { SessionStore } from "../../session/session_store.ts";
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
    const framing = transport.framing(call.url);
    if (typeof framing === "string") {
      call.log?.refused("callback");
      return errorResponse(500, framing, transport.headers(call));
    }
    const { sessions, carrier } = call.service;
    const session = sessions.get(call.sessionId);
    if (carrier !== undefined && (session === undefined || carrier.isStale)) {
      return carrier.receive(strayReceive(transport, framing, call, handle));
    }
    const { refusal } = sessions;
    if (session === undefined && refusal !== undefined) return refused(transport, call, refusal);
    return authorized(call, session, transport.headers, (grant) => {
      const attach = () =>
        // If the session is gone, the request opens another: for that it needs a grant, and perhaps
        // other processes have to be asked.
        (mayOpen(grant) && carrier === undefined) || sessions.get(call.sessionId) !== undefined
          ? attachReceiver(transport, framing, call, grant)
          : handle(call);
      // Looked up again: `authorize` may be asynchronous.
      if (!sessions.get(call.sessionId)?.attached) return attach();
      return waitForPreviousReceiver(sessions, call.sessionId).then(attach);
    });
  };
}

/** A receiving request of a session that is not in this process. */
function strayReceive(
  transport: HttpTransport,
  framing: Framing,
  call: Call,
  handle: (call: Call) => HandlerResult | Promise<HandlerResult>,
): StrayReceive {
  const { protocol, headers } = transport;
  return {
    call,
    headers,
    protocol,
    again: () => handle(call),
    open: (grant) => attachReceiver(transport, framing, call, grant),
    refuse: (reason) => refused(transport, call, reason),
    encode: framing.encode,
    receiver: (owner, headers) => {
      headers["Content-Type"] = transport.contentType;
      // The process that has the session encodes its frames, and ends the response in time.
      const { prelude } = framing;
      return httpReceiver({ ...asTheyAre, prelude }, call, headers, owner, unlimited);
    },
  };
}

const asTheyAre = { encode: (frame: string) => frame };
const unlimited = { responseLimit: Infinity, responseTimeLimit: Infinity };

/** No session may be opened now. */
function refused(transport: HttpTransport, call: Call, reason: Unavailable): PlainResponse {
  call.log?.refused(reason);
  return errorResponse(503, reason, transport.headers(call));
}

/** How often, and how many ms each time, a second receiver waits for the first to go. */
const maxChecks = 5;
const step = 10;
/** How many ms it waits where the first one is in another process. */
const longWait = 250;

/**
 * Clients abort a request and ask again without a pause. The server learns of the abort
 * after a turn, and later if the new connection was faster than the end of the old.
 */
export async function waitForPreviousReceiver(sessions: SessionStore, id: string): Promise<void> {
  await new Promise<void>(inNextTurn);
  const gone = sessions.get(id)?.whenReceiverGone(longWait);
  if (gone !== undefined) return await gone;
  for (let i = 0; i < maxChecks && sessions.get(id)?.attached; i++) {
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
  const receiver = sessionReceiver(framing, call, headers, session);
  session.attach(receiver, clientInfo);
  return receiver.respond(call, headers);
}

function httpReceiver(
  framing: Framing,
  call: Call,
  headers: ResponseHeaders,
  owner: ReceiverOwner,
  limits: ResponseLimits,
): HttpReceiver {
  const { prelude } = framing;
  return prelude === undefined
    ? new PollReceiver(framing, owner, call.service.sessions)
    : new StreamReceiver(framing, prelude, call, headers, owner, new ResponseLimit(limits));
}

function sessionReceiver(
  framing: Framing,
  call: Call,
  headers: ResponseHeaders,
  session: Session,
): HttpReceiver {
  try {
    return httpReceiver(framing, call, headers, session, call.service.settings);
  } catch (error) {
    // The response could not begin. A session that the client does not know would stay for ever.
    if (session.readyState === CONNECTING) session.destroy();
    throw error;
  }
}
