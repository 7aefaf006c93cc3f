/**
 * Probes of which websocket handshakes a runtime accepts.
 *
 * @module
 */

import { exchange, type RawRequest } from "../http_client.ts";
import { serve } from "../serve.ts";
import { upgrade } from "../serve_sockets.ts";
import { handshake } from "../websocket_client.ts";

const websocket = { message() {} };

/** The status of the response; 500 where the runtime throws. */
async function statusOf(request: RawRequest, before: (request: Request) => void = () => {}) {
  const port = serve((request, info) => {
    before(request);
    try {
      return upgrade(request, info);
    } catch {
      return new Response(null, { status: 500 });
    }
  }, { websocket });
  return (await exchange(port, handshake(request))).status;
}

function statusWith(headers: Record<string, string | null>): Promise<number> {
  return statusOf({ headers });
}

/** Answers by the version of the protocol. */
export async function handshakeVersions() {
  return {
    13: await statusWith({}),
    8: await statusWith({ "Sec-WebSocket-Version": "8" }),
    99: await statusWith({ "Sec-WebSocket-Version": "99" }),
    none: await statusWith({ "Sec-WebSocket-Version": null }),
  };
}

/** The response to version 8 where the handler has put 13 in its place. */
export async function rewrittenVersion() {
  const request = { headers: { "Sec-WebSocket-Version": "8" } };
  return await statusOf(request, ({ headers }) => headers.set("Sec-WebSocket-Version", "13"));
}

/** What is agreed on where the handler does nothing about subprotocols. */
export async function unaskedSubprotocol() {
  return await agreedSubprotocol("a, b", upgrade);
}

/** The same where it has changed what is offered. */
export async function rewrittenSubprotocols() {
  const change = (change: (headers: Headers) => void) =>
    agreedSubprotocol("a, b", (request, info) => {
      change(request.headers);
      return upgrade(request, info);
    });
  return {
    deleted: await change((headers) => headers.delete("Sec-WebSocket-Protocol")),
    set: await change((headers) => headers.set("Sec-WebSocket-Protocol", "b")),
  };
}

/** The same where it has put one into the response, or asks Deno to. */
export async function answeredSubprotocol() {
  const byTheOption = (request: Request) =>
    Deno.upgradeWebSocket(request, { protocol: "b" }).response;
  const byTheHeader = (request: Request) => {
    const { response } = Deno.upgradeWebSocket(request);
    response.headers.set("Sec-WebSocket-Protocol", "b");
    return response;
  };
  return {
    byTheOption: await agreedSubprotocol("a, b", byTheOption),
    byTheOptionWithoutSpaces: await agreedSubprotocol("a,b", byTheOption),
    byTheHeaderWithoutSpaces: await agreedSubprotocol("a,b", byTheHeader),
  };
}

/** What the response to an offer says; the status where it is no 101. */
async function agreedSubprotocol(
  offer: string,
  upgrade: (request: Request, info: unknown) => Response,
): Promise<string | number> {
  const port = serve((request, info) => {
    try {
      return upgrade(request, info);
    } catch {
      return new Response(null, { status: 500 });
    }
  }, { websocket });
  const headers = { "Sec-WebSocket-Protocol": offer };
  const { status, headers: fields } = await exchange(port, handshake({ headers }));
  return status === 101 ? fields["sec-websocket-protocol"] ?? "none" : status;
}

/** Answers to handshakes that lack something, or have it otherwise. */
export async function faultyHandshakes() {
  return {
    post: await statusOf({ method: "POST" }),
    withoutConnection: await statusWith({ "Connection": null }),
    withoutUpgrade: await statusWith({ "Upgrade": null }),
    otherUpgrade: await statusWith({ "Upgrade": "h2c" }),
    withoutKey: await statusWith({ "Sec-WebSocket-Key": null }),
    shortKey: await statusWith({ "Sec-WebSocket-Key": "abc" }),
  };
}
