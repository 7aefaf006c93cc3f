/**
 * An `authorize` callback that returns what the client's query asks for.
 *
 * @module
 */

import type { AuthorizeResult, Connection, ServerOptions } from "../../mod.ts";

/** All that can be switched on by name. */
export const everything = [
  "websocket",
  "websocket-raw",
  "xhr-streaming",
  "eventsource",
  "htmlfile",
  "xhr-polling",
  "jsonp-polling",
  "iframe",
] as const satisfies ServerOptions["transports"];

/** Decides as the query says: `?as=<verdict>`, and with `&late` a turn later. */
export function authorizeAsAsked(request: Request): AuthorizeResult | Promise<AuthorizeResult> {
  const query = new URL(request.url, "http://localhost").searchParams;
  const as = query.get("as") ?? "";
  return query.has("late")
    ? new Promise<void>((resolve) => setTimeout(resolve, 0)).then(() => resultFor(as))
    : resultFor(as);
}

/** A result that throws when it is read. */
function oddAuthorizeResult(name: string): AuthorizeResult {
  const get = () => {
    throw new Error("thrown by a verdict");
  };
  if (name === "proxy") return new Proxy({}, { get, has: get, getPrototypeOf: get });
  if (name === "response") {
    const response = { [Symbol.toStringTag]: "Response" };
    const names = ["status", "statusText", "headers", "body", "ok", "clone"];
    for (const each of names) Object.defineProperty(response, each, { get });
    return response as unknown as Response;
  }
  return Object.defineProperty({ key: name === "key" ? undefined : "me" }, name, {
    get,
  }) as AuthorizeResult;
}

/** A response that cannot be sent. */
function spoiltResponse(name: string): Response {
  if (name === "error") return Response.error();
  const headers = name === "control" ? { "X-Own": "a\x01b" } : {};
  const response = new Response("Pay first", { status: 402, headers });
  if (name === "used") response.text();
  if (name === "locked") response.body?.getReader();
  // Not all runtimes make one of that status.
  if (name === "switching") Object.defineProperty(response, "status", { value: 101 });
  return response;
}

function resultFor(as: string): AuthorizeResult {
  if (as === "nobody") return false;
  if (as === "guest") return new Response("Pay first", { status: 402, headers: { "X-Own": "1" } });
  if (as === "error") throw new Error("thrown by authorize");
  if (as === "nonsense") return "yes" as never;
  if (as.startsWith("odd-")) return oddAuthorizeResult(as.slice(4));
  if (as.startsWith("spoilt-")) return spoiltResponse(as.slice(7));
  return as === "" ? true : { key: as, context: `context of ${as}` };
}

/** Echoes messages, prefixed with the connection's context. */
export function echoWithContext(connection: Connection): void {
  connection.on("data", (message) => connection.write(`${connection.context}: ${message}`));
}
