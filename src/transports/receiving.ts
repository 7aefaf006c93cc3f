/**
 * The receiving requests of the HTTP transports (protocol, section 5).
 *
 * @module
 */

import { errorResponse } from "../http/errors.ts";
import { stillOpen } from "../protocol/close_codes.ts";
import { closeFrame } from "../protocol/frames.ts";
import { type Handler, preflight, type Route, route } from "../route.ts";
import type { Call } from "../service.ts";
import { inNextTurn } from "../turns.ts";
import { PollReceiver } from "./poll_receiver.ts";
import { StreamReceiver } from "./stream_receiver.ts";
import type { Framing, HttpTransport } from "./transport.ts";

/** The route on which a transport's clients ask for frames. */
export function receivingRoute(transport: HttpTransport): Route {
  const receive = receiving(transport);
  return transport.method === "POST"
    ? route(
      { POST: receive, OPTIONS: preflight("OPTIONS, POST") },
      transport.fields,
    )
    : route({ GET: receive }, transport.fields);
}

function receiving(transport: HttpTransport): Handler {
  return (call) => {
    const framing = transport.framing(call);
    if (typeof framing === "string") {
      return errorResponse(500, framing, transport.fields(call));
    }
    if (!call.service.sessions.get(call.session)?.attached) {
      return receive(transport, framing, call);
    }
    // Clients abort and ask again without a pause; the abort shows after a turn.
    return new Promise<void>(inNextTurn).then(() => receive(transport, framing, call));
  };
}

function receive(
  transport: HttpTransport,
  framing: Framing,
  call: Call,
): Response {
  const { service } = call;
  const peer = call.peer(transport.protocol);
  const session = service.sessions.get(call.session) ??
    service.createSession(peer, call.session);
  const receiver = framing.prelude === undefined
    ? new PollReceiver(framing, call, session)
    : new StreamReceiver(framing, call, session);
  if (session.attached) {
    receiver.send(closeFrame(stillOpen.code, stillOpen.reason));
    receiver.end();
  } else {
    session.attach(receiver, peer);
  }
  const fields = transport.fields(call);
  fields["Content-Type"] = transport.contentType;
  return receiver.respond(fields);
}
