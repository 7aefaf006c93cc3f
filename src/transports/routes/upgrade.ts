/**
 * Websocket handshakes (protocol, section 6).
 *
 * @module
 */

import { authorized } from "../../routing/authorization.ts";
import type { PlainResponse } from "../../http/plain_response.ts";
import { errorResponse } from "../../http/errors.ts";
import { notCached, type ResponseHeaders } from "../../http/headers.ts";
import type { Grant } from "../../options/option_functions.ts";
import { quoted } from "../../protocol/quoted.ts";
import type { Protocol } from "../../protocol/transport_names.ts";
import { type HandlerResult, type Route, route } from "../../routing/route.ts";
import type { Call } from "../../routing/call.ts";
import { isThenable } from "../../event_loop/thenable.ts";
import { SocketReceiver } from "../receivers/socket_receiver.ts";

const refusal = "Not a valid websocket request";
const howToUpgrade = "No websockets: on Node, call installHandlers(server, httpServer) from " +
  "sockjs-web/node, or set the server's option websocket to false";
const errorFields = (): ResponseHeaders => ({ "Cache-Control": notCached });

/** The route on which a websocket transport's clients connect. */
export function upgradeRoute(protocol: Protocol, isRaw: boolean): Route {
  const handlers = { GET: (call: Call) => upgrade(call, protocol, isRaw) };
  return { ...route(handlers, errorFields), upgrades: true };
}

function upgrade(
  call: Call,
  protocol: Protocol,
  isRaw: boolean,
): HandlerResult | Promise<HandlerResult> {
  const { service, runtime, request } = call;
  const refused = refuse(request.headers);
  if (refused !== undefined) {
    call.log?.refused("handshake", () => handshakeText(request.headers));
    return refused;
  }
  const full = () => {
    const reason = service.sessions.refusal;
    if (reason === undefined) return undefined;
    call.log?.refused(reason);
    return errorResponse(503, reason, errorFields());
  };
  const open = (grant: Grant, subprotocol: string | undefined) => {
    // Checked again: the application may have been asynchronous.
    const fullResponse = full();
    if (fullResponse !== undefined) return fullResponse;
    const clientInfo = call.clientInfo(protocol);
    clientInfo.subprotocol = subprotocol;
    // Read now: Deno takes the request's headers away with the upgrade.
    void clientInfo.headers;
    const receiver = new SocketReceiver(
      service,
      clientInfo,
      () => service.createSession(clientInfo, grant, "", isRaw),
    );
    if (!("upgrade" in runtime)) service.warnOnce(howToUpgrade);
    const response = runtime.upgrade?.(receiver, service.warnOnce);
    if (response !== undefined) return response;
    call.log?.refused("handshake", () => "the runtime did not take it");
    return errorResponse(400, refusal, errorFields());
  };
  return full() ?? authorized(call, undefined, errorFields, (grant) => {
    const subprotocol = service.subprotocol(request);
    return isThenable(subprotocol)
      ? subprotocol.then((subprotocol) => open(grant, subprotocol))
      : open(grant, subprotocol);
  });
}

/**
 * Drafts 7 and 8 of RFC 6455, which browsers of 2011 speak, have the same frames and the same
 * handshake, except that they send `Sec-WebSocket-Origin` instead of `Origin`.
 */
const versions = ["13", "8", "7"];

/** Refuses what a runtime may accept: each of them leaves out one of these checks. */
function refuse(headers: Headers): PlainResponse | undefined {
  const version = headers.get("Sec-WebSocket-Version");
  if (version !== null && !versions.includes(version)) return refuseVersion();
  const isUpgrade = hasToken(headers.get("Connection"), "upgrade") &&
    hasToken(headers.get("Upgrade"), "websocket");
  // Sixteen bytes in base64. Older drafts have other keys.
  const hasKey = /^[A-Za-z0-9+/]{22}==$/.test(headers.get("Sec-WebSocket-Key") ?? "");
  return isUpgrade && hasKey && version !== null
    ? undefined
    : errorResponse(400, refusal, errorFields());
}

function refuseVersion(): PlainResponse {
  return errorResponse(426, refusal, {
    ...errorFields(),
    "Sec-WebSocket-Version": "13",
    Upgrade: "websocket",
    Connection: "Upgrade",
  });
}

/** The headers that a proxy may have removed, for the log. */
function handshakeText(headers: Headers): string {
  return ["Connection", "Upgrade", "Sec-WebSocket-Version"].map((name) => {
    const value = headers.get(name);
    return value === null ? `no ${name}` : `${name} ${quoted(value)}`;
  }).join(", ");
}

/** Whether a comma-separated header has the token, in any case. */
function hasToken(header: string | null, token: string): boolean {
  if (header === null) return false;
  return header.split(",").some((part) => part.trim().toLowerCase() === token);
}
